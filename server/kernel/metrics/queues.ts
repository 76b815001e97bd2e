import { CompiledQuery } from 'kysely';
import type { Ctx, Platform } from '../context.ts';

interface Waiting {
  name: string;
  waiting: number;
  seconds: number;
}

/** What is due and not yet begun, by queue. Reads pg-boss's own index of waiting jobs. */
async function readWaiting(ctx: Ctx, names: readonly string[]): Promise<Waiting[]> {
  // The queue's tables are made with the first job, which may be yet to come.
  const made = await ctx.db.executeQuery<{ yes: boolean }>(
    CompiledQuery.raw(`select to_regclass('pgboss.job') is not null as yes`),
  );
  if (!made.rows[0]?.yes) return [];
  const found = await ctx.db.executeQuery<Waiting>(
    CompiledQuery.raw(
      `select name, count(*)::int as waiting, extract(epoch from $3::timestamptz - min(start_after))::float8 as seconds
      from pgboss.job
      where name = any ($1::text[]) and state < 'active' and start_after <= $3 and data->>'federation' = $2
      group by name`,
      [names, ctx.federation.code, ctx.now],
    ),
  );
  return found.rows;
}

/** Depth and age of every queue. Call it when all jobs are registered. */
export function measureQueues({ jobs, metrics }: Pick<Platform, 'jobs' | 'metrics'>): void {
  const names = jobs.names();
  const label = { name: 'job', values: names };
  const by = (rows: Waiting[], of: (row: Waiting) => number) =>
    Object.fromEntries([
      ...names.map((name) => [name, 0] as const),
      ...rows.map((row) => [row.name, of(row)] as const),
    ]);
  metrics.measure({
    name: 'queue_waiting_jobs',
    help: 'Jobs that are due and not yet begun.',
    label,
    across: 'sum',
    read: async (ctx) => by(await readWaiting(ctx, names), (row) => row.waiting),
  });
  metrics.measure({
    name: 'queue_oldest_seconds',
    help: 'How long the oldest due job has been waiting.',
    label,
    across: 'max',
    read: async (ctx) => by(await readWaiting(ctx, names), (row) => Math.max(0, row.seconds)),
  });
}
