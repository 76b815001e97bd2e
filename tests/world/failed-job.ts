import { randomUUID } from 'node:crypto';
import { CompiledQuery } from 'kysely';
import type { TestApp } from '../database/test-app.ts';

/** A job that has used up its tries, as pg-boss leaves it; gives its id. */
export async function failJob(
  t: TestApp,
  name: string,
  options: { federation?: string; requestId?: string } = {},
): Promise<string> {
  const id = randomUUID();
  await t.server.platform.jobs.ready();
  const ticket = {
    federation: options.federation ?? t.federation.code,
    data: {},
    requestId: options.requestId,
  };
  await t.db((ctx) =>
    ctx.db.executeQuery(
      CompiledQuery.raw(
        `insert into pgboss.job (id, name, data, state, retry_limit, retry_count, start_after, started_on, completed_on,
          output, keep_until)
        values ($1, $2, $3, 'failed', 8, 8, $4, $4, $4, $5, $4::timestamptz + interval '14 days')`,
        [id, name, ticket, ctx.now, { name: 'Error', code: '55P03' }],
      ),
    ),
  );
  return id;
}
