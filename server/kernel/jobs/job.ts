import type { Ctx } from '../context.ts';

/** When a job starts by itself, once in every federation. Times are Asia/Shanghai; a missed time is made up for. */
export type Schedule = { dailyAt: `${number}:${number}` } | { everyMinutes: number };

/** Work done after the request that asked for it, in one transaction that sees the whole federation. */
export interface Job<D extends object = object> {
  /** `module.verb-noun`. Kept in the database: renaming it abandons what waits under the old name. */
  name: string;
  /**
   * Its writes and its completion are one transaction, so they happen once, whatever is killed in between. What reaches
   * outside the database (a message sent) may happen again.
   */
  run(ctx: Ctx, data: D): Promise<void>;
  /** Tries after the first, and seconds before the second one, doubled every time. */
  retry?: { limit: number; delaySeconds: number };
  /** After so many seconds without an end (a killed server) another server tries again. */
  timeoutSeconds?: number;
  /** Its time does not run out while its server lives: for work of minutes that another server takes over soon after a kill. */
  keepsAlive?: boolean;
  schedule?: Schedule;
}

/** Declares a job; register it with `platform.jobs.register` while mounting. */
export const defineJob = <D extends object>(job: Job<D>): Job<D> => job;

export const retryOf = (job: Job) => job.retry ?? { limit: 8, delaySeconds: 5 };
export const timeoutOf = (job: Job) => job.timeoutSeconds ?? 60;
