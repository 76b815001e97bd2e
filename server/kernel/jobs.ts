import type PgBoss from 'pg-boss';
import { listFederations } from './app.ts';
import type { Ctx, Platform } from './context.ts';
import { retryOf, timeoutOf, type Job } from './jobs/job.ts';
import { inTransactionOf, openQueue, putBack } from './jobs/queue.ts';
import { runNext, type Run, type Ticket } from './jobs/run.ts';
import { slotId, slotOf } from './jobs/schedule.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

export { defineJob, type Job } from './jobs/job.ts';

export interface EnqueueOptions {
  /** Not before this instant. */
  startAfter?: Date;
  /**
   * One waiting job per key is enough: a second is dropped while the first still waits. Two transactions that put the
   * same key in wait for one another, so use it where that is rare.
   */
  key?: string;
}

export interface Jobs {
  /** Makes a job known, while mounting; afterwards it can be put in and, once started, is run. */
  register<D extends object>(job: Job<D>): void;
  /** Puts a job in, in the caller's transaction: it exists if and only if that commits. `data` is ids, never secrets. */
  enqueue(ctx: Ctx, name: string, data: object, options?: EnqueueOptions): Promise<void>;
  /**
   * Puts a job that failed for good back in its queue, in the caller's transaction, and gives its name. Throws
   * `thing-not-found` when this federation has no such failed job.
   */
  retry(ctx: Ctx, id: string): Promise<string>;
  /** The queue's tables are there: for who reads them. */
  ready(): Promise<void>;
  /** Runs what waits, here, until `stop`. */
  start(platform: Platform): Promise<void>;
  /** Every job that is registered. */
  names(): string[];
  /** When a loop last got through a round, on the clock of `performance.now()`; null while none was started here. */
  beatAt(): number | null;
  /** Takes nothing new, waits up to 20 s for what runs, closes the connections. */
  stop(): Promise<void>;
  /** Runs everything that waits, one after another, also what is due later; throws the first failure. For tests and commands. */
  drain(platform: Platform): Promise<number>;
}

const idleMillis = 2000;
const housekeepingMillis = 30_000;
const drainMillis = 20_000;

/** A pause that can be cut short. */
function bell() {
  let ring = () => {};
  let rung = false;
  return {
    ring() {
      rung = true;
      ring();
    },
    async wait(millis: number): Promise<void> {
      if (!rung) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, millis);
          ring = () => (clearTimeout(timer), resolve());
        });
      }
      rung = false;
    },
  };
}

interface Parts {
  databaseUrl: string;
  log: Log;
  metrics?: Pick<Metrics, 'expectJob' | 'jobEnded'>;
}

/** Jobs over pg-boss in the federation's own database. Nothing connects until a job is put in or run. */
export function createJobs({ databaseUrl, log, metrics }: Parts): Jobs {
  const known = new Map<string, Job>();
  const bells = new Map<string, ReturnType<typeof bell>>();
  let loops: Promise<void>[] = [];
  const life = { stopping: false, beatAt: null as number | null };
  let opening: Promise<PgBoss> | null = null;

  const open = (): Promise<PgBoss> => {
    opening ??= openQueue(databaseUrl, [...known.keys()], log);
    // A database that was not there yet may be there at the next call.
    opening.catch(() => (opening = null));
    return opening;
  };

  const send = async (
    boss: PgBoss,
    job: Job,
    ticket: Ticket,
    options: { id?: string; singletonKey: string; startAfter?: number; db?: PgBoss.Db },
  ) => {
    const { limit, delaySeconds } = retryOf(job);
    const retry = { retryLimit: limit, retryDelay: delaySeconds, retryBackoff: true };
    return boss.send(job.name, ticket, { ...retry, expireInSeconds: timeoutOf(job), ...options });
  };

  const housekeep = async (boss: PgBoss, platform: Platform): Promise<void> => {
    await boss.maintain();
    const now = platform.clock.now();
    for (const { code } of await listFederations(platform)) {
      for (const job of known.values()) {
        const slot = slotOf(job, now);
        if (!slot) continue;
        const id = slotId(code, job.name, slot);
        const sent = await send(
          boss,
          job,
          { federation: code, data: {} },
          { id, singletonKey: `${code} schedule` },
        );
        if (sent) bells.get(job.name)?.ring();
      }
    }
  };

  /** Does `step` again and again; when it had nothing to do or failed, after a pause. */
  const loop = async (name: string, millis: number, step: () => Promise<boolean>): Promise<void> => {
    const pause = bell();
    bells.set(name, pause);
    while (!life.stopping) {
      const more = await step().then(
        (ran) => {
          life.beatAt = performance.now();
          return ran;
        },
        (error: unknown) => {
          log.error({ err: error, job: name }, 'job loop');
          return false;
        },
      );
      if (!more && !life.stopping) await pause.wait(millis);
    }
  };

  return {
    register(job) {
      if (known.has(job.name)) throw new Error(`job ${job.name} is registered twice`);
      if (opening) throw new Error('jobs are registered before the first is put in');
      known.set(job.name, job as unknown as Job);
      metrics?.expectJob(job.name);
    },

    names: () => [...known.keys()],
    beatAt: () => life.beatAt,

    async enqueue(ctx, name, data, { startAfter, key } = {}) {
      const job = known.get(name);
      if (!job) throw new Error(`no job ${name}`);
      const boss = await open();
      const wait = startAfter ? Math.ceil((startAfter.getTime() - ctx.now.getTime()) / 1000) : 0;
      const singletonKey = key ? `${ctx.federation.code} ${key}` : ctx.id();
      const sent = await send(
        boss,
        job,
        { federation: ctx.federation.code, data, requestId: ctx.requestId },
        { singletonKey, db: inTransactionOf(ctx), ...(wait > 0 ? { startAfter: wait } : {}) },
      );
      if (!sent && !key) throw new Error(`job ${name} was not accepted`);
      ctx.afterCommit(() => bells.get(name)?.ring());
    },

    async retry(ctx, id) {
      await open();
      const name = await putBack(ctx, id);
      ctx.afterCommit(() => bells.get(name)?.ring());
      return name;
    },

    ready: async () => void (await open()),

    async start(platform) {
      const boss = await open();
      life.beatAt = performance.now();
      const told = (name: string) => (run: Run) => {
        metrics?.jobEnded(name, Boolean(run.error));
        const line = { job: name, requestId: run.requestId, ms: run.millis };
        if (run.error) log.error({ ...line, err: run.error }, 'job failed');
        else log.info(line, 'job done');
      };
      loops = [...known.values()].map((job) =>
        loop(job.name, idleMillis, () => runNext(boss, platform, job, told(job.name))),
      );
      loops.push(loop('housekeeping', housekeepingMillis, () => housekeep(boss, platform).then(() => false)));
    },

    async stop() {
      life.stopping = true;
      for (const one of bells.values()) one.ring();
      const late = new Promise<void>((resolve) => setTimeout(resolve, drainMillis).unref());
      await Promise.race([Promise.all(loops), late]);
      const boss = await opening?.catch(() => null);
      await boss?.stop({ graceful: false });
    },

    async drain(platform) {
      const boss = await open();
      const throwIt = ({ error }: Run) => {
        if (error) throw error;
      };
      let count = 0;
      for (let ran = true; ran;) {
        ran = false;
        for (const job of known.values()) {
          while (await runNext(boss, platform, job, throwIt, { ignoreStartAfter: true })) {
            ran = true;
            count += 1;
          }
        }
      }
      return count;
    },
  };
}
