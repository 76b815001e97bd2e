import { sql } from 'kysely';
import type PgBoss from 'pg-boss';
import { listFederations } from '../app.ts';
import { inSystemContext, type Ctx, type Federation, type Platform } from '../context.ts';
import { inTransactionOf } from './queue.ts';
import { timeoutOf, type Job } from './job.ts';

/** What a queued row carries. */
export interface Ticket {
  federation: string;
  data: object;
  /** Of the request that put it in; a job of the schedule has none. */
  requestId?: string;
}

/** How a run ended. */
export interface Run {
  requestId: string | null;
  millis: number;
  error?: unknown;
}

/**
 * Takes one waiting job of a name and runs it. The job is completed in the transaction of its own writes; when it was
 * given to somebody else meanwhile (it took too long), those writes are rolled back. Returns whether one was run.
 * A failure is noted for the next try; how it ended is told to `onEnd`.
 */
export async function runNext(
  boss: PgBoss,
  platform: Platform,
  job: Job,
  onEnd: (run: Run) => void,
  options: { ignoreStartAfter?: boolean } = {},
): Promise<boolean> {
  const [taken] = await boss.fetch<Ticket>(job.name, { batchSize: 1, priority: false, ...options });
  if (!taken) return false;
  const began = performance.now();
  const requestId = taken.data.requestId ?? null;
  const end = () => ({ requestId, millis: Math.round(performance.now() - began) });
  try {
    const federation = (await listFederations(platform)).find((one) => one.code === taken.data.federation);
    if (federation?.moving) {
      await postpone(platform, job, taken.id);
      return false;
    }
    if (federation)
      await keepingAlive(platform, federation, job, taken.id, () =>
        runIn(boss, platform, federation, job, taken),
      );
    else await boss.complete(job.name, taken.id);
  } catch (error) {
    // Name and code only: a message may quote what somebody typed.
    const { name, code } = error as { name?: string; code?: string };
    await boss.fail(job.name, taken.id, { name: name ?? 'Error', code: code ?? null });
    onEnd({ ...end(), error });
    return true;
  }
  onEnd(end());
  return true;
}

/** Seconds until a job is looked at again whose federation is being moved. */
const afterMove = 20;

/** Back among the waiting as if it had not been taken: the time a move takes does not use up its tries. */
const postpone = (platform: Platform, job: Job, id: string) =>
  platform.database.pool.query(
    `update pgboss.job set state = 'retry', started_on = null, start_after = now() + $3 * interval '1 second'
    where name = $1 and id = $2::uuid and state = 'active'`,
    [job.name, id, afterMove],
  );

async function keepingAlive(
  platform: Platform,
  federation: Federation,
  job: Job,
  id: string,
  work: () => Promise<void>,
): Promise<void> {
  if (!job.keepsAlive) return work();
  const beginAnew = (ctx: Ctx) =>
    sql`update pgboss.job set started_on = now()
      where name = ${job.name} and id = ${id}::uuid and state = 'active'`.execute(ctx.db);
  const tell = () =>
    void inSystemContext(platform, federation, job.name, beginAnew).catch((error: unknown) =>
      platform.log.warn({ err: error, job: job.name }, 'a job was not kept alive'),
    );
  const timer = setInterval(tell, (timeoutOf(job) * 1000) / 4);
  try {
    await work();
  } finally {
    clearInterval(timer);
  }
}

function runIn(
  boss: PgBoss,
  platform: Platform,
  federation: Federation,
  job: Job,
  taken: PgBoss.Job<Ticket>,
): Promise<void> {
  const work = async (ctx: Ctx) => {
    await job.run(ctx, taken.data.data);
    const done = (await boss.complete(job.name, taken.id, {}, { db: inTransactionOf(ctx) })) as unknown as {
      affected: number;
    };
    if (done.affected !== 1) throw new Error('the job took too long and was given to somebody else');
  };
  return inSystemContext(platform, federation, job.name, work, taken.data.requestId);
}
