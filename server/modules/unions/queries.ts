import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { holdsOver, isWithin } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { sortOf } from '../../kernel/db/sorting.ts';
import { DomainError } from '../../kernel/errors.ts';
import { ancestorsOf, getUnion } from './places.ts';

type Unions = typeof contract.unions;
export type UnionReply = ReplyOf<Unions['list']>['items'][number];

const columns = [
  'union.id',
  'union.path',
  'union.name',
  'union.level_code',
  'union.form_code',
  'union.uscc',
  'union.employer_name',
  'union.founded_on',
  'union.approval_number',
  'union.staff_count',
  'union.status',
  'union.location',
  'superior.id as superior_id',
  'superior.name as superior_name',
] as const;

/** Unions with their superior's name and their figures; figures come from rollups, never from counting. */
const described = (ctx: Ctx) =>
  ctx.db
    .selectFrom('union')
    .leftJoin('union as superior', 'superior.id', 'union.superior_id')
    .select(columns)
    .select([figure('members').as('members'), figure('unions').as('unions')]);

const figure = (metric: 'members' | 'unions') =>
  sql<number>`coalesce((select subtree from rollup
    where rollup.union_path = "union".path and metric = ${sql.lit(metric)} and period = ''), 0)`;

type Row = Awaited<ReturnType<ReturnType<typeof described>['execute']>>[number];

const able = {
  'import-unions': 'unions.import',
  'list-members': 'members.view',
  'import-members': 'members.import',
} as const;

function replyOf(ctx: Ctx, row: Row): UnionReply {
  const can = Object.entries(able).filter(([, permission]) => holdsOver(ctx.actor, permission, row.path));
  return {
    id: row.id,
    name: row.name,
    levelCode: row.level_code,
    formCode: row.form_code,
    uscc: row.uscc,
    employerName: row.employer_name,
    foundedOn: row.founded_on,
    approvalNumber: row.approval_number,
    staffCount: row.staff_count,
    status: row.status as UnionReply['status'],
    superior: row.superior_id && row.superior_name ? { id: row.superior_id, name: row.superior_name } : null,
    memberCount: Number(row.members),
    unionCount: Number(row.unions),
    location: row.location ? { longitude: row.location.x, latitude: row.location.y } : null,
    can: can.map(([verb]) => verb),
  };
}

/** A union of my scope. Throws `thing-not-found` outside of it. */
export async function getUnionInScope(ctx: Ctx, id: string) {
  const union = await getUnion(ctx, id);
  if (!isWithin(union.path, ctx.scope.paths)) throw new DomainError('thing-not-found');
  return union;
}

const likeText = (text: string) => text.replace(/[\\%_]/g, '\\$&');
const sorts = {
  name: 'union.pinyin',
  foundedOn: 'union.founded_on',
  staffCount: 'union.staff_count',
} as const;

export async function listUnions(
  ctx: Ctx,
  { query }: InputOf<Unions['list']>,
): Promise<ReplyOf<Unions['list']>> {
  const paths = query.under ? [(await getUnionInScope(ctx, query.under)).path] : ctx.scope.paths;
  let found = ctx.db
    .selectFrom('union')
    .where(within('union.path', paths))
    .where('union.status', '<>', 'dissolved');
  if (query.levelCode) found = found.where('union.level_code', '=', query.levelCode);
  if (query.q) {
    const name = `%${likeText(query.q)}%`;
    const typed = `${likeText(query.q.toLowerCase().replace(/\s/g, ''))}%`;
    found = found.where((eb) =>
      eb.or([
        eb('union.name', 'like', name),
        eb('union.pinyin', 'like', typed),
        eb('union.initials', 'like', typed),
        eb('union.uscc', '=', query.q!.toUpperCase()),
      ]),
    );
  }
  const { column, descending } = sortOf(sorts, query.sort);
  const [{ total }, page] = await Promise.all([
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    found
      .select('union.id')
      .$if(column !== null, (some) =>
        some.orderBy(column!, (order) => (descending ? order.desc().nullsLast() : order.asc().nullsLast())),
      )
      .orderBy('union.level_code')
      .orderBy('union.label')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
  ]);
  const ids = page.map(({ id }) => id);
  const rows = await described(ctx)
    .where((eb) => eb('union.id', '=', eb.fn.any(sql<string[]>`${ids}::uuid[]`)))
    .execute();
  const byId = new Map(rows.map((row) => [row.id, row]));
  const items = ids.map((id) => replyOf(ctx, byId.get(id)!));
  return { items, total: Number(total), page: query.page, pageSize: query.pageSize };
}

/** Children of a union; without `parent` the roots of my scope, which need not be roots of the tree. */
export async function readTree(
  ctx: Ctx,
  { query }: InputOf<Unions['tree']>,
): Promise<ReplyOf<Unions['tree']>> {
  const parent = query.parent ? await getUnionInScope(ctx, query.parent) : null;
  const whole = !parent && ctx.scope.paths.includes('f');
  const rows = await ctx.db
    .selectFrom('union')
    .select(['union.id', 'union.name', 'union.level_code', figure('members').as('members')])
    .select(
      sql<number>`(select count(*)::int from "union" as child
        where child.superior_id = "union".id and child.status <> 'dissolved')`.as('children'),
    )
    .where('union.status', '<>', 'dissolved')
    .$if(parent !== null, (some) => some.where('union.superior_id', '=', parent!.id))
    .$if(whole, (some) => some.where('union.superior_id', 'is', null))
    .$if(!parent && !whole, (some) =>
      some.where((eb) => eb('union.path', '=', eb.fn.any(sql<string[]>`${ctx.scope.paths}::text[]`))),
    )
    .orderBy('union.level_code')
    .orderBy('union.label')
    .execute();
  const nodes = rows.map((row) => ({
    id: row.id,
    name: row.name,
    levelCode: row.level_code,
    childCount: row.children,
    memberCount: Number(row.members),
  }));
  return { nodes };
}

export async function readUnion(ctx: Ctx, id: string): Promise<ReplyOf<Unions['get']>> {
  const place = await getUnionInScope(ctx, id);
  const [row, line] = await Promise.all([
    described(ctx).where('union.id', '=', id).executeTakeFirstOrThrow(),
    ancestorsOf(ctx, place.path),
  ]);
  const ancestors = line.slice(0, -1).map((above) => ({ id: above.id, name: above.name }));
  return { ...replyOf(ctx, row), ancestors };
}
