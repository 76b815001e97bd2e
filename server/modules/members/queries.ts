import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { holdsOver, isWithin } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { rangesOf, type Db, type Range } from '../../kernel/db.ts';
import { sortOf } from '../../kernel/db/sorting.ts';
import { statement } from '../../kernel/db/statement.ts';
import { DomainError } from '../../kernel/errors.ts';
import { ancestorsOf, getUnion, pickUnion, type UnionPlace } from '../unions/index.ts';
import {
  after,
  beginningIn,
  beginningWith,
  byGivenName,
  keyIn,
  matching,
  membersIn,
  type Beginning,
  type Found,
  type Key,
  type Query,
} from './typed-search.ts';
import { educationLevels, ethnicGroups, idKinds, politicalStatuses } from './roster/code-tables.ts';

type Members = typeof contract.members;
type MemberReply = ReplyOf<Members['get']>;
type MemberRow = ReplyOf<Members['list']>['items'][number];

const rowColumns = [
  'member.id',
  'member_number',
  'member.name',
  'sex',
  'id_number_masked',
  'phone_masked',
  'occupation',
  'union_id',
  'member.union_path',
  'union.name as union_name',
  'joined_on',
  'member.status',
] as const;

interface Row {
  id: string;
  member_number: string;
  name: string;
  sex: string;
  id_number_masked: string;
  phone_masked: string | null;
  occupation: string | null;
  union_id: string;
  union_path: string;
  union_name: string;
  joined_on: string;
  status: string;
}

const able = { disclose: 'members.open', export: 'members.export' } as const;

function rowReply(ctx: Ctx, row: Row): MemberRow {
  const can = Object.entries(able).filter(([, permission]) =>
    holdsOver(ctx.actor, permission, row.union_path),
  );
  return {
    id: row.id,
    memberNumber: row.member_number,
    name: row.name,
    sex: row.sex as MemberRow['sex'],
    idNumberMasked: row.id_number_masked,
    phoneMasked: row.phone_masked,
    occupation: row.occupation,
    union: { id: row.union_id, name: row.union_name },
    joinedOn: row.joined_on,
    status: row.status as MemberRow['status'],
    can: can.map(([verb]) => verb),
  };
}

/** Paths a list covers. Throws `thing-not-found` for a union outside my scope. */
async function pathsOf(ctx: Ctx, under: string | undefined): Promise<readonly string[]> {
  if (!under) return ctx.scope.paths;
  const union = await getUnion(ctx, under);
  if (!isWithin(union.path, ctx.scope.paths)) throw new DomainError('thing-not-found');
  return [union.path];
}

/** Counting stops here: beyond, the sum of the unions' rollups says how many there are. */
const countedUpTo = 10_000;

async function totalOf(ctx: Ctx, found: Found, paths: readonly string[], query: Query): Promise<number> {
  const counted = await ctx.db
    .selectFrom(
      found
        .select('member.id')
        .limit(countedUpTo + 1)
        .as('some'),
    )
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  const total = Number(counted.total);
  if (total <= countedUpTo || query.q || query.status) return total;
  const sum = await ctx.db
    .selectFrom('rollup')
    .select((eb) => eb.fn.sum<number>('subtree').as('members'))
    .where((eb) => eb('union_path', '=', eb.fn.any(sql<string[]>`${paths}::text[]`)))
    .where('metric', '=', 'members')
    .where('period', '=', '')
    .executeTakeFirst();
  return Math.max(total, Number(sum?.members ?? 0));
}

const sorts = { name: 'member.pinyin', joinedOn: 'joined_on', memberNumber: 'member_number' } as const;

/** The matching members, and how many there are (exact to 10,000). */
export async function findMembers(ctx: Ctx, query: Query) {
  const paths = await pathsOf(ctx, query.under);
  const all = membersIn(ctx.db, rangesOf(paths), query.status);
  if (!query.q) return { found: all, total: await totalOf(ctx, all, paths, query) };
  const found = matching(ctx, all, query.q);
  const total = await totalOf(ctx, found, paths, query);
  if (total > 0 || !/\p{Script=Han}/u.test(query.q)) return { found, total };
  const given = byGivenName(all, query.q.replace(/\s/g, ''));
  return { found: given, total: await totalOf(ctx, given, paths, query) };
}

export const withUnion = (found: Found) =>
  found.innerJoin('union', 'union.id', 'member.union_id').select(rowColumns);

type Wanted = { ranges: Range[]; status: string | undefined; value: Buffer | string; limit: number };

const byKey = statement((db, wanted: Wanted, column) =>
  withUnion(membersIn(db, wanted.ranges, wanted.status as Query['status']))
    .where(column as Key['column'], '=', wanted.value as never)
    .orderBy('member.id')
    .limit(wanted.limit),
);

/** One person's key, or one phone's few people: the page itself says how many there are. Null when it was no key. */
async function lookUp(
  ctx: Ctx,
  { q, page, pageSize, under, status }: InputOf<Members['list']>['query'],
): Promise<Row[] | null> {
  const key = page === 1 && q ? keyIn(ctx, q) : null;
  if (!key) return null;
  const ranges = rangesOf(await pathsOf(ctx, under));
  const rows = await byKey(ctx, { ranges, status, value: key.value, limit: pageSize }, key.column);
  return rows.length < pageSize ? rows : null;
}

type Searched = { ranges: Range[]; status: string | undefined; from: string; to: string };

const searched = (db: Db, { ranges, status, from, to }: Searched, of: string) =>
  beginningWith(membersIn(db, ranges, status as Query['status']), of as Beginning['of'], from, to);

const howMany = statement((db, values: Searched, of) =>
  db
    .selectFrom(
      searched(db, values, of)
        .select('member.id')
        .limit(sql.lit(countedUpTo + 1))
        .as('some'),
    )
    .select((eb) => eb.fn.countAll<number>().as('total')),
);

const onePage = statement((db, values: Searched & { limit: number; offset: number }, of) =>
  withUnion(searched(db, values, of))
    .orderBy(sql`member.name collate "C"`)
    .orderBy('member.id')
    .limit(values.limit)
    .offset(values.offset),
);

/** A search as the box makes it, in no wished order; a given name alone is tried when no name begins so. Null for others. */
async function search(
  ctx: Ctx,
  { q, page, pageSize, under, status, sort }: InputOf<Members['list']>['query'],
): Promise<{ rows: Row[]; total: number } | null> {
  if (!q || sort || keyIn(ctx, q)) return null;
  const ranges = rangesOf(await pathsOf(ctx, under));
  const run = async ({ of, from }: Beginning) => {
    const values = { ranges, status, from, to: after(from) };
    const [[counted], rows] = await Promise.all([
      howMany(ctx, values, of),
      onePage(ctx, { ...values, limit: pageSize, offset: (page - 1) * pageSize }, of),
    ]);
    return { rows, total: Number(counted?.total) };
  };
  const beginning = beginningIn(q);
  const found = await run(beginning);
  if (found.total > 0 || !/\p{Script=Han}/u.test(q)) return found;
  return run({ of: 'given', from: beginning.from });
}

export async function listMembers(
  ctx: Ctx,
  { query }: InputOf<Members['list']>,
): Promise<ReplyOf<Members['list']>> {
  const few = await lookUp(ctx, query);
  if (few) {
    const items = few.map((row) => rowReply(ctx, row));
    return { items, total: items.length, page: 1, pageSize: query.pageSize };
  }
  const quick = await search(ctx, query);
  if (quick) {
    const items = quick.rows.map((row) => rowReply(ctx, row));
    return { items, total: quick.total, page: query.page, pageSize: query.pageSize };
  }
  const { found, total } = await findMembers(ctx, query);
  const { column, descending } = sortOf(sorts, query.sort);
  const rows = await withUnion(found)
    // Without a wish in the order of the index that serves: names of a search, else union by union, then by name.
    .$if(column === null && query.q !== undefined, (some) => some.orderBy(sql`member.name collate "C"`))
    .$if(column === null && query.q === undefined, (some) =>
      some.orderBy('member.union_path').orderBy('member.name'),
    )
    .$if(column !== null, (some) => some.orderBy(column!, descending ? 'desc' : 'asc'))
    .orderBy('member.id')
    .limit(query.pageSize)
    .offset((query.page - 1) * query.pageSize)
    .execute();
  const items = rows.map((row) => rowReply(ctx, row));
  return { items, total, page: query.page, pageSize: query.pageSize };
}

const named = (names: Readonly<Record<string, string>>, code: string | null) =>
  code === null ? null : (names[code] ?? code);

const whole = statement((db, { id }: { id: string }) =>
  db
    .selectFrom('member')
    .innerJoin('union', 'union.id', 'member.union_id')
    .select(rowColumns)
    .select([
      'id_kind',
      'birth_year',
      'ethnicity_code',
      'education_code',
      'political_code',
      'migrant_worker',
      'member.employer_name',
      'bank_card_masked',
    ])
    .where('member.id', '=', id),
);

interface Described {
  reply: MemberReply;
  unionPath: string;
  /** Her union and all above, from the top down. */
  line: UnionPlace[];
}

/** `guess`: where she most likely is, asked for along with her. */
async function describe(ctx: Ctx, id: string, guess?: string): Promise<Described | null> {
  const [[row], guessed] = await Promise.all([
    whole(ctx, { id }),
    guess === undefined ? [] : ancestorsOf(ctx, guess),
  ]);
  if (!row) return null;
  const line = row.union_path === guess ? guessed : await ancestorsOf(ctx, row.union_path);
  const reply: MemberReply = {
    idKind: named(idKinds.names, row.id_kind) ?? '',
    birthYear: row.birth_year,
    ethnicity: named(ethnicGroups.names, row.ethnicity_code),
    education: named(educationLevels.names, row.education_code),
    politicalStatus: named(politicalStatuses.names, row.political_code),
    migrantWorker: row.migrant_worker,
    employerName: row.employer_name,
    bankCardMasked: row.bank_card_masked,
    ancestors: line.slice(0, -1).map((union) => ({ id: union.id, name: union.name })),
    ...rowReply(ctx, row),
  };
  return { reply, unionPath: row.union_path, line };
}

/** One member of my scope, sealed fields masked. Throws `thing-not-found`. */
export async function readMember(ctx: Ctx, id: string): Promise<MemberReply> {
  const found = await describe(ctx, id);
  if (!found || !isWithin(found.unionPath, ctx.scope.paths)) throw new DomainError('thing-not-found');
  return found.reply;
}

/** The signed-in member's own membership, and the office above her that decides. */
export async function readMyself(ctx: Ctx): Promise<ReplyOf<Members['me']>> {
  const { actor } = ctx;
  const found = actor.kind === 'member' ? await describe(ctx, actor.memberId, actor.unionPath) : null;
  if (!found) throw new DomainError('thing-not-found');
  const district = pickUnion(found.line, 'district');
  const { can: _can, ...membership } = found.reply;
  const office = district?.name ?? membership.ancestors.at(-1)?.name ?? membership.union.name;
  return { superiorOffice: office, ...membership };
}
