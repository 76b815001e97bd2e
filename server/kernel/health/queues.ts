import { CompiledQuery } from 'kysely';
import type { Contract, ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../context.ts';

type Overview = ReplyOf<Contract['system']['overview']>;

const failuresShown = 50;

/** This federation's jobs in every queue there is, those without any included. */
export async function listQueues(ctx: Ctx): Promise<Overview['queues']> {
  await ctx.jobs.ready();
  const names = ctx.jobs.names();
  const found = await ctx.db.executeQuery<Overview['queues'][number]>(
    CompiledQuery.raw(
      `select name,
        count(*) filter (where state < 'active' and start_after <= $3)::int as waiting,
        count(*) filter (where state < 'active' and start_after > $3)::int as later,
        count(*) filter (where state = 'active')::int as active,
        count(*) filter (where state = 'failed')::int as failed,
        coalesce(extract(epoch from $3 - min(start_after) filter (where state < 'active' and start_after <= $3)), 0)::float8
          as "oldestSeconds"
      from pgboss.job
      where name = any ($1::text[]) and data->>'federation' = $2 and state <> 'completed'
      group by name`,
      [names, ctx.federation.code, ctx.now],
    ),
  );
  const none = { waiting: 0, later: 0, active: 0, failed: 0, oldestSeconds: 0 };
  return names.toSorted().map((name) => found.rows.find((row) => row.name === name) ?? { name, ...none });
}

interface FailedRow {
  id: string;
  name: string;
  failed_at: Date;
  retry_count: number;
  error: string | null;
  code: string | null;
  request_id: string | null;
}

/** Jobs of this federation that failed for good, the latest first. */
export async function listFailed(ctx: Ctx): Promise<Overview['failed']> {
  const found = await ctx.db.executeQuery<FailedRow>(
    CompiledQuery.raw(
      `select id::text, name, coalesce(completed_on, created_on) as failed_at, retry_count,
        output->>'name' as error, output->>'code' as code, data->>'requestId' as request_id
      from pgboss.job
      where name = any ($1::text[]) and state = 'failed' and data->>'federation' = $2
      order by failed_at desc limit ${failuresShown}`,
      [ctx.jobs.names(), ctx.federation.code],
    ),
  );
  return found.rows.map((row) => ({
    id: row.id,
    name: row.name,
    failedAt: row.failed_at.toISOString(),
    tries: row.retry_count + 1,
    error: [row.error, row.code].filter(Boolean).join(' '),
    requestId: row.request_id,
  }));
}
