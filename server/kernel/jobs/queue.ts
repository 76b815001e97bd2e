import { CompiledQuery } from 'kysely';
import { Client } from 'pg';
import PgBoss from 'pg-boss';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { Log } from '../log.ts';
import { appRole } from '../migrations.ts';

const schema = 'pgboss';

/** A wire that swallows everything breaks no connection: without an end to waiting the loops would wait for ever. */
const patience = { connectionTimeoutMillis: 8000, query_timeout: 20_000 };

/** On Citus the queue's schema is not sharded; elsewhere the setting means nothing. */
const onCoordinator = { options: '-c citus.enable_schema_based_sharding=off' };

/** Lock number of those who create the queue's tables: two servers starting at once do it one after the other. */
const prepareLock = 7_201_960_502;

/** Completed jobs are kept this long: the id of a schedule's slot must still be taken when the day ends. */
const keepSeconds = 3 * 86_400;

/** Statements of the queue inside the caller's own transaction. */
export const inTransactionOf = (ctx: Pick<Ctx, 'db'>) => ({
  async executeSql(text: string, values: unknown[]) {
    const result = await ctx.db.executeQuery(CompiledQuery.raw(text, values));
    return { rows: result.rows };
  },
});

/** A failed job back among the waiting, with one try more; gives its name. Another federation's job does not exist here. */
export async function putBack(ctx: Ctx, id: string): Promise<string> {
  const found = await ctx.db.executeQuery<{ name: string }>(
    CompiledQuery.raw(
      `update ${schema}.job set state = 'retry', retry_limit = retry_limit + 1, start_after = $3, completed_on = null
      where id = $1::uuid and state = 'failed' and data->>'federation' = $2 returning name`,
      [id, ctx.federation.code, ctx.now],
    ),
  );
  const name = found.rows[0]?.name;
  if (!name) throw new DomainError('thing-not-found');
  return name;
}

/**
 * Opens pg-boss on the owner's connection, with its tables, one queue per name, and the application role's right to
 * put jobs in and to complete them. We run our own loops: pg-boss 10's workers leave promises unawaited, so a lost
 * connection in the wrong moment would end the process; its cron runs on such a worker too.
 */
export async function openQueue(databaseUrl: string, names: readonly string[], log: Log): Promise<PgBoss> {
  const boss = new PgBoss({
    connectionString: databaseUrl,
    application_name: 'smart-union-jobs',
    ...onCoordinator,
    max: 2,
    ...patience,
    schema,
    supervise: false,
    schedule: false,
    archiveCompletedAfterSeconds: keepSeconds,
    deleteAfterDays: 30,
  });
  boss.on('error', (error) => log.error({ err: error }, 'job queue'));
  const client = new Client({ connectionString: databaseUrl, ...patience });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [prepareLock]);
    await boss.start();
    const known = new Set((await boss.getQueues()).map((queue) => queue.name));
    for (const name of names) {
      // 'short': of the jobs that wait under one key, one is enough.
      if (!known.has(name)) await boss.createQueue(name, { name, policy: 'short' });
    }
    await client.query(`grant usage on schema ${schema} to ${appRole}`);
    await client.query(`grant select, insert, update on ${schema}.job to ${appRole}`);
    await client.query(`grant select on ${schema}.queue to ${appRole}`);
    return boss;
  } catch (error) {
    await boss.stop({ graceful: false });
    throw error;
  } finally {
    // Ends the session and with it the lock.
    await client.end();
  }
}
