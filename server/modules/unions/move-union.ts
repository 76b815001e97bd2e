import { sql } from 'kysely';
import { record } from '../../kernel/audit.ts';
import { isWithin } from '../../kernel/access.ts';
import { withScope, type Ctx } from '../../kernel/context.ts';
import { wholeFederation } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { UnionChange } from './events.ts';
import { lockTree } from './lock-tree.ts';
import { getUnion, type UnionPlace } from './places.ts';

/**
 * Puts a union, with everything under it, below another superior from today on. Every row that carries a path and may
 * change follows in the same transaction – members, open and past cases, payments, grants; what is only ever added
 * (audit, transfers, event rows) keeps telling where things stood. Figures move by deltas.
 * Throws `thing-not-found`, or `union-circle` when the superior is the union itself or under it.
 */
export async function moveUnion(
  ctx: Ctx,
  move: { unionId: string; superiorId: string },
): Promise<UnionPlace> {
  await lockTree(ctx, 'change');
  const [union, superior] = await Promise.all([getUnion(ctx, move.unionId), getUnion(ctx, move.superiorId)]);
  if (isWithin(superior.path, [union.path])) throw new DomainError('union-circle');
  if (union.superiorId === superior.id) return union;
  const before = union.superiorId === null ? null : await getUnion(ctx, union.superiorId);
  const path = `${superior.path}.${union.path.split('.').at(-1)}`;
  // Rows below may lie outside the mover's own scope; being allowed to move the union was decided before.
  await withScope(ctx, wholeFederation, () => carryPaths(ctx, union.path, path));
  await ctx.db
    .updateTable('union')
    .set({ superior_id: superior.id, updated_at: ctx.now })
    .where('id', '=', union.id)
    .execute();
  await changeLine(ctx, union.id, superior.id);
  const change: UnionChange = {
    set: { superiorId: superior.id },
    was: { superiorId: union.superiorId },
    names: { from: before?.name ?? null, to: superior.name },
  };
  await addUnionEvent(ctx, union.id, 'union.moved', change);
  await record(ctx, {
    kind: 'union.moved',
    subject: 'union',
    subjectId: union.id,
    unionPath: path,
    data: { from: union.path, to: path },
  });
  return getUnion(ctx, union.id);
}

export async function addUnionEvent(
  ctx: Ctx,
  unionId: string,
  kind: string,
  change: UnionChange,
): Promise<void> {
  await ctx.db
    .insertInto('union_event')
    .values({
      id: ctx.id(),
      union_id: unionId,
      kind,
      effective_on: ctx.today,
      recorded_at: ctx.now,
      account_id: ctx.actor.kind === 'cadre' ? ctx.actor.accountId : null,
      data: JSON.stringify(change),
    })
    .execute();
}

async function carryPaths(ctx: Ctx, from: string, to: string): Promise<void> {
  for (const { table, column } of await pathColumns(ctx)) {
    const [name, path] = [sql.table(table), sql.ref(column)];
    await sql`
      update ${name} set ${path} = ${to}::text || substr(${path}, ${from.length + 1}::int)
      where ${path} >= ${from} and ${path} < ${`${from}/`}`.execute(ctx.db);
  }
  await sql`
    insert into rollup_delta (union_path, metric, period, amount)
    select place.path, metric, period, place.sign * own
    from rollup cross join lateral (values
      (union_path, -1), (${to}::text || substr(union_path, ${from.length + 1}::int), 1)) as place (path, sign)
    where union_path >= ${from} and union_path < ${`${from}/`} and own <> 0 and metric not like 'median-%'`.execute(
    ctx.db,
  );
}

/**
 * Every column that holds a union's path and that the application may change. Asked of the database, so that a module
 * added later is carried along without being named here. Rollups are left out: their sums have to move, not their rows.
 */
async function pathColumns(ctx: Ctx): Promise<{ table: string; column: string }[]> {
  const found = await sql<{ table: string; column: string }>`
    select table_name as table, column_name as column from information_schema.columns
    where table_schema = ${ctx.federation.schema}
      and (column_name in ('union_path', 'case_path') or (table_name = 'union' and column_name = 'path'))
      and table_name <> 'rollup'
      and has_table_privilege(format('%I.%I', table_schema, table_name), 'update')
    order by table_name, column_name`.execute(ctx.db);
  return found.rows;
}

/** The area line: the old superior's days end today. A second move on one day only corrects the first. */
async function changeLine(ctx: Ctx, unionId: string, superiorId: string): Promise<void> {
  const now = await ctx.db
    .selectFrom('union_superior')
    .select('from_on')
    .where('union_id', '=', unionId)
    .where('line', '=', 'area')
    .where('to_on', 'is', null)
    .executeTakeFirst();
  const current = ctx.db
    .updateTable('union_superior')
    .where('union_id', '=', unionId)
    .where('line', '=', 'area')
    .where('to_on', 'is', null);
  if (now && now.from_on >= ctx.today) {
    await current.set({ superior_id: superiorId }).execute();
    return;
  }
  await current.set({ to_on: ctx.today }).execute();
  await ctx.db
    .insertInto('union_superior')
    .values({ union_id: unionId, line: 'area', superior_id: superiorId, from_on: ctx.today, to_on: null })
    .execute();
}
