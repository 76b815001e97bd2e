import { sql } from 'kysely';
import { atEnd, type Ctx } from './context.ts';
import type { LastStatement } from './db.ts';

/** What the overview counts. A period is '' (all time), a year '2026' or a day '2026-03-01'. */
export type Metric =
  | 'members'
  | 'unions'
  /** 职工人数 a union reports; all time. */
  | 'employees'
  | 'joined'
  | 'claims'
  | 'in-progress'
  | 'stage'
  | 'segment'
  | 'paid-fen'
  | 'paid-count'
  | 'paid-on-time';

export interface Delta {
  unionPath: string;
  /** With a detail where the metric is split: 'stage:district', 'segment:courier', 'fund:<id>'. */
  metric: Metric | `stage:${string}` | `segment:${string}` | `fund:${string}`;
  period: string;
  amount: number;
}

/** Notes changes of figures in the transaction that causes them; `dashboards` folds them into rollups within a second. */
export async function addDeltas(ctx: Ctx, deltas: readonly Delta[]): Promise<void> {
  const changed = deltas.filter((delta) => delta.amount !== 0);
  if (changed.length > 0) atEnd(ctx, writeDeltas, changed);
}

/** All of a transaction's at once. Arrays instead of rows of parameters: one text whatever the number of deltas. */
function writeDeltas(ctx: Ctx, parts: readonly (readonly Delta[])[]): LastStatement {
  const deltas = parts.flat();
  const column = <K extends keyof Delta>(key: K) => deltas.map((delta) => delta[key]);
  const query = sql`
    insert into rollup_delta (union_path, metric, period, amount)
    select * from unnest(${column('unionPath')}::text[], ${column('metric')}::text[], ${column('period')}::text[],
      ${column('amount')}::bigint[])`.compile(ctx.db);
  return { query };
}
