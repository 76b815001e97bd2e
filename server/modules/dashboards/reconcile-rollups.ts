import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import { raiseVersion, renewMedians, tryFoldLock } from './fold-rollups.ts';
import { liveFigures, provedMetrics } from './live-figures.ts';
import { isNewForm } from '../members/index.ts';
import { lastDays, yearOf } from './periods.ts';

/** A figure that is not what the rows say; `rollup` includes what still waits to be folded. */
export interface Drift {
  unionPath: string;
  metric: string;
  period: string;
  rollup: { own: number; subtree: number };
  live: { own: number; subtree: number };
}

/**
 * Proves that the rollups equal the live counts and reports every figure that does not, the worst first. Nobody waits
 * for it: it compares within one snapshot, in which waiting deltas count as folded. Must be the first work of its
 * transaction. With `repair` the wrong figures are put right; returns null when a fold was under way just then.
 */
export async function reconcileRollups(ctx: Ctx, options: { repair: boolean }): Promise<Drift[] | null> {
  ctx.oneSnapshot();
  // Counting six million members takes longer than a request may.
  await sql`set local statement_timeout = '15min'`.execute(ctx.db);
  if (options.repair && !(await tryFoldLock(ctx))) return null;
  const drifts = await findDrifts(ctx);
  if (options.repair) await repair(ctx, drifts);
  return drifts;
}

/** Adds up own figures along the line of superiors: (parts, metric, period, amount) → own and subtree of each union. */
const spreadOf = (source: 'live_split' | 'waiting_split') => sql`
  select array_to_string(parts[1:depth], '.') collate "C" as union_path, metric, period,
    coalesce(sum(amount) filter (where depth = cardinality(parts)), 0) as own, sum(amount) as subtree
  from ${sql.table(source)}, generate_series(1, cardinality(parts)) as depth
  group by 1, 2, 3`;

async function findDrifts(ctx: Ctx): Promise<Drift[]> {
  const periods = ['', yearOf(ctx.today), ...lastDays(ctx.today, 31)];
  const inQuestion = sql`metric like any (${provedMetrics}::text[]) and period = any (${periods}::text[])
    and (metric <> 'joined' or period = any (${[yearOf(ctx.today), ctx.today]}::text[]))`;
  const occupations = await ctx.db.selectFrom('member').select('occupation').distinct().execute();
  const newForms = occupations.flatMap(({ occupation }) =>
    isNewForm(occupation) && occupation ? [occupation] : [],
  );
  const found = await sql<Record<'union_path' | 'metric' | 'period', string> & Record<FigureName, number>>`
    with live_split (parts, metric, period, amount) as materialized (
      select string_to_array(union_path, '.'), metric, period, amount
      from (${sql.join(liveFigures(ctx.today, newForms), sql` union all `)}) as figure (union_path, metric, period, amount)
      -- A clock that ran ahead dates rows tomorrow: their figures are kept, and proved when that day has come.
      where period = any (${periods}::text[])
    ), waiting_split (parts, metric, period, amount) as materialized (
      select string_to_array(union_path, '.'), metric, period, amount from rollup_delta where ${inQuestion}
    ), kept as (
      select union_path, metric, period, sum(own) as own, sum(subtree) as subtree
      from (
        select union_path, metric, period, own, subtree from rollup where ${inQuestion}
        union all select * from (${spreadOf('waiting_split')}) as waiting
      ) as both_kinds
      group by 1, 2, 3
    ), live as (${spreadOf('live_split')})
    select union_path, metric, period,
      coalesce(kept.own, 0)::bigint as own, coalesce(kept.subtree, 0)::bigint as subtree,
      coalesce(live.own, 0)::bigint as live_own, coalesce(live.subtree, 0)::bigint as live_subtree
    from kept full join live using (union_path, metric, period)
    where coalesce(kept.own, 0) <> coalesce(live.own, 0) or coalesce(kept.subtree, 0) <> coalesce(live.subtree, 0)
    order by abs(coalesce(kept.subtree, 0) - coalesce(live.subtree, 0)) desc, union_path, metric, period`.execute(
    ctx.db,
  );
  return found.rows.map((row) => ({
    unionPath: row.union_path,
    metric: row.metric,
    period: row.period,
    rollup: { own: row.own, subtree: row.subtree },
    live: { own: row.live_own, subtree: row.live_subtree },
  }));
}

type FigureName = 'own' | 'subtree' | 'live_own' | 'live_subtree';

/** Moves each wrong figure by its difference, so that what waits to be folded still arrives on top. */
async function repair(ctx: Ctx, drifts: readonly Drift[]): Promise<void> {
  const column = <T>(of: (drift: Drift) => T): T[] => drifts.map(of);
  await sql`
    insert into rollup (union_path, metric, period, own, subtree)
    select * from unnest(
      ${column((drift) => drift.unionPath)}::text[], ${column((drift) => drift.metric)}::text[],
      ${column((drift) => drift.period)}::text[],
      ${column((drift) => drift.live.own - drift.rollup.own)}::bigint[],
      ${column((drift) => drift.live.subtree - drift.rollup.subtree)}::bigint[])
    on conflict (union_path, metric, period)
    do update set own = rollup.own + excluded.own, subtree = rollup.subtree + excluded.subtree`.execute(
    ctx.db,
  );
  const paid = await sql<{ path: string }>`
    select distinct union_path as path from payment_duration
    where paid_on >= ${`${yearOf(ctx.today)}-01-01`}::date`.execute(ctx.db);
  await renewMedians(
    ctx,
    paid.rows.map((row) => row.path),
  );
  await raiseVersion(ctx);
}
