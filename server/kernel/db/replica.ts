import { Counter, Gauge, type Registry } from 'prom-client';
import { openDatabase, type Database } from '../db.ts';
import { DomainError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { SlowLog } from './slow-log.ts';

/** A copy of the database that PostgreSQL keeps, some moments behind, for pages that may be as old. */
export interface Replica {
  /**
   * Runs a read on the replica, and on the primary when the replica is away, too far behind, or does not have what is
   * asked for yet. The read may run twice, so it must write nothing.
   */
  read<T>(work: (database: Database) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

interface Parts {
  url: string;
  poolSize: number;
  /** Seconds that a page may be behind. */
  lagSeconds: number;
  primary: Database;
  slowLog: SlowLog | null;
  log: Log;
  registry: Registry;
}

const lookMillis = 1000;

/** Where the primary's log of changes stood, and when. */
interface Sample {
  at: number;
  position: number;
}

/**
 * How old the replica is, in milliseconds: the age of the newest sample it has caught up with. Measured by the primary's
 * own position, for the time of the last replayed change says nothing on a night when nothing changes.
 */
export function lagOf(samples: readonly Sample[], replayed: number, now: number): number {
  const reached = samples.findLast(({ position }) => position <= replayed);
  return reached ? now - reached.at : Infinity;
}

export function openReplica({ url, poolSize, lagSeconds, primary, slowLog, log, registry }: Parts): Replica {
  const database = openDatabase(url, poolSize, slowLog);
  let samples: Sample[] = [];
  let lag = Infinity;
  /** Null before the first look: then nobody is told that it came back. */
  let usable: boolean | null = null;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;

  const reads = new Counter({
    name: 'smart_union_replica_reads_total',
    help: 'Reads that may be seconds old, by the database that answered.',
    labelNames: ['from'],
    registers: [registry],
  });
  for (const from of ['replica', 'primary']) reads.inc({ from }, 0);
  registry.registerMetric(
    new Gauge({
      name: 'smart_union_replica_usable',
      help: '1 while the replica answers and is not too far behind, 0 while the primary serves in its place.',
      registers: [],
      collect() {
        this.set(usable ? 1 : 0);
      },
    }),
  );
  registry.registerMetric(
    new Gauge({
      name: 'smart_union_replica_lag_seconds',
      help: 'How far the replica is behind; absent while it is not known.',
      registers: [],
      collect() {
        this.reset();
        if (Number.isFinite(lag)) this.set(lag / 1000);
      },
    }),
  );

  const settle = (well: boolean, why: object = {}) => {
    if (usable !== well && well && usable !== null) log.info('replica: back in use');
    if (usable !== well && !well) log.warn(why, 'replica: not usable, the primary serves in its place');
    usable = well;
  };

  const look = async (): Promise<void> => {
    const now = performance.now();
    const here = await primary.pool.query<{ position: number }>(
      `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as position`,
    );
    // As long as the sample that would still do, and one beyond.
    samples = [...samples, { at: now, position: here.rows[0]!.position }].slice(-(lagSeconds + 5));
    const there = await database.pool.query<{ position: number | null }>(
      `select pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::float8 as position`,
    );
    const { position } = there.rows[0]!;
    lag = position === null ? Infinity : lagOf(samples, position, now);
    settle(lag <= lagSeconds * 1000, { lagSeconds: Number.isFinite(lag) ? Math.round(lag / 1000) : null });
  };

  const watch = async (): Promise<void> => {
    await look().catch((error: unknown) => {
      lag = Infinity;
      settle(false, { err: error });
    });
    if (!closed) timer = setTimeout(() => void watch(), lookMillis).unref();
  };
  const first = watch();

  return {
    async read(work) {
      if (usable) {
        try {
          const found = await work(database);
          reads.inc({ from: 'replica' });
          return found;
        } catch (error) {
          // A refusal may mean that the row is not there yet; anything else, that the replica is not well.
          if (!(error instanceof DomainError)) settle(false, { err: error });
        }
      }
      reads.inc({ from: 'primary' });
      return work(primary);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      await first;
      await database.close();
    },
  };
}
