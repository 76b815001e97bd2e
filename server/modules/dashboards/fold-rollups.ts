import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import { lineOf, yearOf } from './periods.ts';
import { tellMoments } from './tell-moments.ts';

/** Deltas taken in one go: an import of a whole city must not hold the fold's transaction for minutes. */
const deltasPerFold = 50_000;
/** First half of the advisory lock's key; the federation's schema is the other. */
const foldLock = 7202;

/**
 * Folds waiting deltas into the rollups of their union and all its superiors, tells moments, renews medians. One server
 * folds a federation at a time; another that comes meanwhile goes away empty-handed. Returns how much was folded, null
 * when another was at it.
 */
export async function foldRollups(ctx: Ctx): Promise<{ deltas: number; moments: number } | null> {
  if (!(await tryFoldLock(ctx))) return null;
  const told = await tellMoments(ctx);
  const deltas = await foldDeltas(ctx);
  await renewMedians(ctx, told.paidPaths);
  if (deltas + told.moments > 0) await raiseVersion(ctx);
  return { deltas, moments: told.moments };
}

/** Takes the right to change rollups until the transaction ends; false when another holds it. */
export async function tryFoldLock(ctx: Ctx): Promise<boolean> {
  const lock = await sql<{ held: boolean }>`
    select pg_try_advisory_xact_lock(${foldLock}, hashtext(${ctx.federation.schema})) as held`.execute(
    ctx.db,
  );
  return lock.rows[0]?.held ?? false;
}

/** Is anything waiting to be folded? Cheap enough to ask every second. */
export async function isFoldWaiting(ctx: Ctx): Promise<boolean> {
  const found = await sql<{ waiting: boolean }>`
    select exists (select 1 from rollup_delta) or exists (select 1 from happening) as waiting`.execute(
    ctx.db,
  );
  return found.rows[0]?.waiting ?? false;
}

async function foldDeltas(ctx: Ctx): Promise<number> {
  const result = await sql<{ taken: number }>`
    with taken as (
      delete from rollup_delta
      where id = any(array(select id from rollup_delta order by id limit ${deltasPerFold}))
      returning union_path, metric, period, amount
    ), summed as (
      select string_to_array(union_path, '.') as parts, metric, period, sum(amount) as amount
      from taken group by union_path, metric, period
    ), spread as (
      select array_to_string(parts[1:depth], '.') collate "C" as union_path, metric, period,
        coalesce(sum(amount) filter (where depth = cardinality(parts)), 0)::bigint as own, sum(amount)::bigint as subtree
      from summed, generate_series(1, cardinality(parts)) as depth
      group by 1, 2, 3
    ), folded as (
      insert into rollup (union_path, metric, period, own, subtree)
      select union_path, metric, period, own, subtree from spread
      on conflict (union_path, metric, period)
      do update set own = rollup.own + excluded.own, subtree = rollup.subtree + excluded.subtree
      returning 1
    )
    select (select count(*) from taken) as taken, (select count(*) from folded) as folded`.execute(ctx.db);
  return Number(result.rows[0]?.taken ?? 0);
}

/**
 * Medians cannot be added up, so they are taken anew from the year's durations of every union above a fresh payment:
 * an index range per union, sorted; 300,000 payments take about a tenth of a second.
 */
export async function renewMedians(ctx: Ctx, paidPaths: readonly string[]): Promise<void> {
  const paths = [...new Set(paidPaths.flatMap(lineOf))];
  if (paths.length === 0) return;
  const year = yearOf(ctx.today);
  await sql`
    insert into rollup (union_path, metric, period, own, subtree)
    select p.path, 'median-minutes', ${year}::text, coalesce(own.median, 0), coalesce(all_of.median, 0)
    from unnest(${paths}::text[]) as p (path)
    cross join lateral (
      select round(percentile_cont(0.5) within group (order by d.hours) * 60)::bigint as median
      from payment_duration d
      where d.union_path >= p.path collate "C" and d.union_path < (p.path || '/') collate "C"
        and d.paid_on >= ${`${year}-01-01`}::date
    ) as all_of
    cross join lateral (
      select round(percentile_cont(0.5) within group (order by d.hours) * 60)::bigint as median
      from payment_duration d
      where d.union_path = p.path collate "C" and d.paid_on >= ${`${year}-01-01`}::date
    ) as own
    on conflict (union_path, metric, period) do update set own = excluded.own, subtree = excluded.subtree`.execute(
    ctx.db,
  );
}

/** Tells every viewer that the figures have changed. */
export async function raiseVersion(ctx: Ctx): Promise<void> {
  await ctx.db
    .insertInto('rollup_state')
    .values({ id: 1, folded_at: ctx.now, version: 1 })
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet({ folded_at: ctx.now, version: sql<number>`rollup_state.version + 1` }),
    )
    .execute();
}
