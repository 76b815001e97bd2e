import { unionNameKey } from '@smart-union/catalogue-kit/checks/union-name.ts';
import { sql } from 'kysely';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { pinyinOf } from '../../kernel/pinyin.ts';
import { addDeltas, type Delta } from '../../kernel/rollups.ts';
import type { UnionChange, UnionState } from './events.ts';
import { lockTree } from './lock-tree.ts';

export interface NewUnion {
  /** Given when others of the same call name it as their superior. */
  id?: string;
  name: string;
  /** Null only for the federation's own union. */
  superiorId: string | null;
  /** 30 city, 40 district, 50 town, 60 base; see roster/codes.ts. */
  levelCode: string;
  formCode: string;
  uscc?: string | null;
  employerName?: string | null;
  foundedOn?: string | null;
  approvalNumber?: string | null;
  staffCount?: number | null;
  location?: { longitude: number; latitude: number } | null;
}

const perStatement = 2000;

/**
 * Makes unions, superiors before their subordinates, each with its first event; some 10,000 a second. Returns their ids in
 * order. Throws `thing-not-found` for an unknown superior, `row-conflict` when a name or code is taken.
 */
export async function createUnions(ctx: Ctx, unions: readonly NewUnion[]): Promise<string[]> {
  if (unions.length === 0) return [];
  await lockTree(ctx, 'change');
  const firstLabel = await nextLabel(ctx);
  const paths = await pathsOf(ctx, unions);
  const rows = unions.map((union, index) => {
    const id = union.id ?? ctx.id();
    const above = union.superiorId === null ? 'f' : paths.get(union.superiorId);
    if (above === undefined) throw new DomainError('thing-not-found');
    const label = firstLabel + index;
    const path = `${above}.${label}`;
    paths.set(id, path);
    return rowOf(ctx, union, id, label, path);
  });
  for (let from = 0; from < rows.length; from += perStatement) {
    await insert(ctx, rows.slice(from, from + perStatement));
  }
  await addDeltas(ctx, rows.flatMap(deltasOf));
  const top = rows[0]!;
  await record(ctx, {
    kind: 'union.founded',
    subject: 'union',
    subjectId: rows.length === 1 ? top.id : null,
    unionPath: top.path,
    data: { count: rows.length },
  });
  return rows.map(({ id }) => id);
}

async function nextLabel(ctx: Ctx): Promise<number> {
  const found = await ctx.db
    .selectFrom('union')
    .select((eb) => eb.fn.max('label').as('last'))
    .executeTakeFirst();
  return Number(found?.last ?? 0) + 1;
}

async function pathsOf(ctx: Ctx, unions: readonly NewUnion[]): Promise<Map<string, string>> {
  const ids = [...new Set(unions.map(({ superiorId }) => superiorId).filter((id) => id !== null))];
  const rows = await ctx.db
    .selectFrom('union')
    .select(['id', 'path'])
    .where((eb) => eb('id', '=', eb.fn.any(sql<string[]>`${ids}::uuid[]`)))
    .where('status', '<>', 'dissolved')
    .execute();
  return new Map(rows.map(({ id, path }) => [id, path]));
}

function rowOf(ctx: Ctx, union: NewUnion, id: string, label: number, path: string) {
  const state: UnionState = {
    name: union.name,
    superiorId: union.superiorId,
    levelCode: union.levelCode,
    formCode: union.formCode,
    uscc: union.uscc ?? null,
    employerName: union.employerName ?? null,
    foundedOn: union.foundedOn ?? null,
    approvalNumber: union.approvalNumber ?? null,
    staffCount: union.staffCount ?? null,
    status: 'active',
  };
  const { location } = union;
  const change: UnionChange = { set: state };
  return {
    id,
    label,
    path,
    ...state,
    nameKey: unionNameKey(union.name),
    ...pinyinOf(union.name, 'organisation'),
    location: location ? `(${location.longitude},${location.latitude})` : null,
    eventId: ctx.id(),
    since: union.foundedOn ?? ctx.today,
    change,
  };
}

type Row = ReturnType<typeof rowOf>;

/** One JSON parameter instead of a parameter per cell: the text stays the same for any number of rows. */
async function insert(ctx: Ctx, rows: readonly Row[]): Promise<void> {
  const accountId = ctx.actor.kind === 'cadre' ? ctx.actor.accountId : null;
  await sql`
    with r as materialized (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as r (
        id uuid, label bigint, path text, "superiorId" uuid, name text, "nameKey" text, pinyin text, initials text,
        "levelCode" text, "formCode" text, uscc text, "employerName" text, "foundedOn" date, "approvalNumber" text,
        "staffCount" int, status text, location point, "eventId" uuid, since date, change jsonb)
    ), made as (
      insert into "union" (id, label, path, superior_id, name, name_key, pinyin, initials, level_code, form_code, uscc,
        employer_name, founded_on, approval_number, staff_count, status, location, created_at, updated_at)
      select id, label, path, "superiorId", name, "nameKey", pinyin, initials, "levelCode", "formCode", uscc,
        "employerName", "foundedOn", "approvalNumber", "staffCount", status, location, ${ctx.now}::timestamptz,
        ${ctx.now}::timestamptz
      from r
    ), told as (
      insert into union_event (id, union_id, kind, effective_on, recorded_at, account_id, data)
      select "eventId", id, 'union.founded', since, ${ctx.now}::timestamptz, ${accountId}::uuid, change from r
    )
    insert into union_superior (union_id, line, superior_id, from_on)
    select id, 'area', "superiorId", since from r where "superiorId" is not null`.execute(ctx.db);
}

const deltasOf = ({ path, staffCount }: Row): Delta[] => [
  { unionPath: path, metric: 'unions', period: '', amount: 1 },
  { unionPath: path, metric: 'employees', period: '', amount: staffCount ?? 0 },
];
