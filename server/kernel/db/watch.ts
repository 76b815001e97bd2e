import type { Socket } from 'node:net';
import pg from 'pg';

/**
 * A database that is stopped, or a wire that swallows everything, breaks no connection: whoever waits for an answer would wait for
 * ever. So connections that have waited for a while are asked about, on a connection apart.
 */
export interface Watch {
  /** Nothing has come from the database for seconds: what would ask it now is refused at once. */
  readonly silent: boolean;
  stop(): Promise<void>;
}

const lookMillis = 1000;
/** Longer than this without a byte, and a connection is asked about; nearly every statement takes a hundredth of it. */
const stuckMillis = 2000;
const answerMillis = 3000;

interface Inside {
  readyForQuery: boolean;
  processID: number | null;
  connection: { stream: Socket };
}

const inside = (client: pg.PoolClient) => client as unknown as Inside;

interface Waiting {
  bytes: number;
  since: number;
}

/**
 * Which backends are still at work. Those that have long answered are ended. Behind a pooler numbers are not backends': then
 * nothing is known, and all count as busy.
 */
const busyOf = `with known as (select pid, state = 'active' or state_change > clock_timestamp() - interval '1 second' as busy
    from pg_stat_activity where pid = any ($1))
  select pid from known where case when busy then true else not pg_terminate_backend(pid) end
  union all select unnest($1::int[]) where pg_backend_pid() <> $2`;

/**
 * Watches a pool's connections. One whose backend is at work is left alone however long it takes; one whose backend has
 * long answered, or is gone, was cut off without a word: it is closed on both sides, so that what it locked is free. When
 * the asking gets no answer either, all that wait are closed and the database counts as silent until it answers again.
 */
export function watchConnections(url: string, pool: pg.Pool): Watch {
  const waiting = new Map<pg.PoolClient, Waiting>();
  const state = { silent: false, stopped: false, asking: false };
  let asker: pg.Client | null = null;
  let lookedAt = performance.now();

  pool.on('acquire', (client) => void waiting.set(client, { bytes: 0, since: performance.now() }));
  pool.on('release', (_error, client) => void waiting.delete(client));
  pool.on('remove', (client) => void waiting.delete(client));

  /** Those that have waited for an answer, without a byte of one, for too long. */
  const stuck = (now: number): pg.PoolClient[] =>
    [...waiting].flatMap(([client, mark]) => {
      const { readyForQuery, connection } = inside(client);
      const { bytesRead } = connection.stream;
      if (readyForQuery || bytesRead !== mark.bytes) Object.assign(mark, { bytes: bytesRead, since: now });
      return now - mark.since > stuckMillis ? [client] : [];
    });

  const drop = () => {
    const old = asker;
    asker = null;
    if (old) (old as unknown as Inside).connection.stream.destroy();
  };

  const ask = async (pids: number[]): Promise<number[]> => {
    if (!asker) {
      asker = new pg.Client({ connectionString: url, application_name: 'smart-union-watch' });
      asker.on('error', () => {});
      await asker.connect();
    }
    const self = (asker as unknown as Inside).processID;
    const { rows } = await asker.query<{ pid: number }>(busyOf, [pids, self]);
    return rows.map(({ pid }) => pid);
  };

  const look = async (late: boolean) => {
    const now = performance.now();
    // We were stopped ourselves: answers may lie unread.
    if (late) for (const mark of waiting.values()) mark.since = now;
    const clients = stuck(now);
    if (clients.length === 0 && !state.silent) return;
    const pids = clients.flatMap((client) => inside(client).processID ?? []);
    const busy = await inTime(ask(pids)).catch((error: unknown) => {
      drop();
      return error === noAnswer ? noAnswer : null;
    });
    state.silent = busy === noAnswer;
    // Refused or broken: then the others hear of it by themselves.
    if (busy === null) return;
    for (const client of clients) {
      const { processID, connection, readyForQuery } = inside(client);
      const gone = busy === noAnswer || (processID !== null && !busy.includes(processID));
      if (gone && !readyForQuery) connection.stream.destroy();
    }
  };

  const timer = setInterval(() => {
    const now = performance.now();
    const late = now - lookedAt > 3 * lookMillis;
    lookedAt = now;
    if (state.asking || state.stopped || (waiting.size === 0 && !state.silent)) return;
    state.asking = true;
    void look(late).finally(() => (state.asking = false));
  }, lookMillis);
  timer.unref();

  return {
    get silent() {
      return state.silent;
    },
    async stop() {
      state.stopped = true;
      clearInterval(timer);
      drop();
    },
  };
}

const noAnswer = Symbol('no answer');

function inTime<T>(work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const giveUp = () => {
      // The timer was late, so we were stopped: the answer gets its time.
      if (performance.now() - began > answerMillis + 1000) timer = setTimeout(() => reject(noAnswer), 1000);
      else reject(noAnswer);
    };
    let timer = setTimeout(giveUp, answerMillis);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
