import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Platform } from '../context.ts';
import { listMissing } from '../migrations.ts';

/** What must be well for this server to be sent work. */
export const checks = ['database', 'migrations', 'jobs', 'disk'] as const;
export type ReadinessCheck = (typeof checks)[number];

/** A load balancer asks every few seconds, and anybody may: one look serves them all. */
const freshMillis = 2000;
/** Longer than this without a round of any job loop, and the worker hangs; a round takes 2 s when there is nothing to do. */
const silentMillis = 60_000;
const answerMillis = 3000;

/** Room in DATA_DIR, in bytes; before the first file has made the folder, where it will lie. */
export async function diskOf(dataDir: string): Promise<{ free: number; total: number }> {
  try {
    const { bavail, blocks, bsize } = await statfs(dataDir);
    return { free: bavail * bsize, total: blocks * bsize };
  } catch (error) {
    const above = dirname(dataDir);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || above === dataDir) throw error;
    return diskOf(above);
  }
}

function within<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), answerMillis);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** Makes the function that says which checks fail; an empty list means ready. Why is in the log, never in the answer. */
export function readinessOf(platform: Platform, migrations: string): () => Promise<ReadinessCheck[]> {
  const { database, config, jobs, log } = platform;
  let complete = false;
  const fail = (why: string) => {
    throw new Error(why);
  };
  const looks: Record<ReadinessCheck, () => Promise<void>> = {
    async database() {
      const found = await database.pool.query('select 1 from platform.federation limit 1');
      if (found.rowCount === 0) fail('there is no federation yet');
    },
    async migrations() {
      // Once there they stay: nothing takes a migration back.
      if (complete) return;
      const missing = await listMissing(database.pool, migrations);
      if (missing.length > 0) fail(`not applied: ${missing.slice(0, 5).join(', ')}`);
      complete = true;
    },
    async jobs() {
      const beatAt = jobs.beatAt();
      if (beatAt !== null && performance.now() - beatAt > silentMillis) fail('no job loop has turned lately');
    },
    async disk() {
      const { free } = await diskOf(config.dataDir);
      if (free < config.minFreeBytes) fail(`${Math.round(free / 1024 / 1024)} MB left`);
    },
  };
  const look = async (): Promise<ReadinessCheck[]> => {
    const failed = await Promise.all(
      checks.map((check) =>
        within(looks[check]()).then(
          () => [],
          (error: unknown) => {
            log.warn({ err: error, check }, 'not ready');
            return [check];
          },
        ),
      ),
    );
    return failed.flat();
  };
  let latest: Promise<ReadinessCheck[]> | null = null;
  let lookedAt = 0;
  return () => {
    if (!latest || performance.now() - lookedAt > freshMillis) {
      lookedAt = performance.now();
      latest = look();
    }
    return latest;
  };
}
