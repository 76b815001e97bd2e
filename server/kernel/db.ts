import pg from 'pg';
import {
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  sql,
  type CompiledQuery,
  type ExpressionBuilder,
  type ReferenceExpression,
} from 'kysely';
import { driverOf, gather, OneConnection, send, type Db, type Line } from './db/connection.ts';
import { PendingWrites } from './db/pending-writes.ts';
import { noteSlow, type Cause, type SlowLog } from './db/slow-log.ts';
import { watchConnections, type Watch } from './db/watch.ts';
import { DomainError } from './errors.ts';
import { begin } from './db/opening.ts';
import { connectInTurn } from './db/waiting.ts';
import type { Tables } from './tables.gen.ts';
import { appRole } from './migrations.ts';

export type { Db } from './db/connection.ts';

/** What row-level security lets through: subtrees by path, and the person herself. Both empty = nothing. */
export interface Scope {
  /** Minimal subtrees, e.g. ['f.1.12']; 'f' is the whole federation. */
  paths: readonly string[];
  memberId: string | null;
  accountId: string | null;
}

/** Sees every row of the federation: for jobs, imports by command line, and the sign-in itself. */
export const wholeFederation: Scope = { paths: ['f'], memberId: null, accountId: null };
export const nothing: Scope = { paths: [], memberId: null, accountId: null };

const oids = { int8: 20, date: 1082, point: 600 };

function exactInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value))
    throw new RangeError('a bigint from the database does not fit a safe integer');
  return value;
}

// Dates stay 'YYYY-MM-DD': a day has no zone. Money in fen stays a safe integer (up to 90 trillion yuan).
pg.types.setTypeParser(oids.int8, exactInteger);
pg.types.setTypeParser(oids.date, (text) => text);

export const laneCount = 64;

export interface Database {
  /** Connections of the application's role: bound by row-level security. */
  pool: pg.Pool;
  /** For migrations and the job queue: the owner's connections. */
  ownerUrl: string;
  lineOf(client: pg.PoolClient): Line;
  watch: Watch;
  close(): Promise<void>;
}

/** Opens the pool. Every connection acts as the application's role, with limits on how long anything may take. */
export function openDatabase(url: string, poolSize: number, slowLog: SlowLog | null = null): Database {
  const settings = [
    `role=${appRole}`,
    'statement_timeout=30000',
    'lock_timeout=10000',
    'idle_in_transaction_session_timeout=60000',
    'timezone=UTC',
    // Columns are compared by bytes where they are paths and names; never by the machine's locale.
    'jit=off',
  ];
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: 5000,
    idleTimeoutMillis: 60_000,
    options: settings.map((setting) => `-c ${setting}`).join(' '),
    // Sent without waiting for one another: BEGIN, SET LOCAL and the first query travel together.
    pipeline: true,
  } as pg.PoolConfig);
  // A connection that dies while idle is replaced; the error is reported by the next query that needs one.
  pool.on('error', () => {});
  // Nor does one end the process that dies in a request, between two of its queries: the next of them reports it.
  pool.on('connect', (client) => client.on('error', () => {}));
  const lines = new WeakMap<object, Line>();
  let next = Math.floor(Math.random() * laneCount);
  const lineOf = (client: pg.PoolClient): Line => {
    const known = lines.get(client);
    if (known) return known;
    const line: Line = {
      db: undefined as unknown as Db,
      lane: next++ % laneCount,
      wrote: false,
      unfinished: false,
      resting: null,
      pending: new PendingWrites(),
      sendPending: () => {},
      slowLog,
      cause: null,
    };
    const connection = new OneConnection(client, () => line);
    line.db = new Kysely<Tables>({
      dialect: {
        createAdapter: () => new PostgresAdapter(),
        createDriver: () => driverOf(connection),
        createIntrospector: (db) => new PostgresIntrospector(db),
        createQueryCompiler: () => new PostgresQueryCompiler(),
      },
    });
    lines.set(client, line);
    return line;
  };
  const watch = watchConnections(url, pool);
  const close = async () => {
    await watch.stop();
    await pool.end();
  };
  return { pool, ownerUrl: url, lineOf, watch, close };
}

export interface Transaction {
  db: Db;
  lane: number;
  /** Statements put here are sent after the work, together with COMMIT. When one fails, nothing is committed. */
  last: LastStatement[];
  /**
   * Sends a statement whose answer nobody needs, without waiting for it: before whatever is asked next, perhaps as one with
   * other such writes. When it fails, nothing is committed and its error is the transaction's.
   */
  later(query: CompiledQuery): void;
  /** The writes of `later` that are not on their way yet. */
  pending: { send(): void; drop(): void };
  /** The rows of a statement whose text is made; see `statement`. */
  ask<R>(query: CompiledQuery<R>, writes: boolean): Promise<R[]>;
  /** Answers to come of those statements. */
  underWay: Promise<unknown>[];
}

/** What a statement says that was sent behind one that failed. */
const behindFailure = '25P02';

/** The error to tell: of the statement that failed first, when this one merely came behind it. */
export async function causeOf(told: unknown, underWay: readonly Promise<unknown>[]): Promise<unknown> {
  const settled = await Promise.allSettled(underWay);
  if ((told as { code?: string }).code !== behindFailure) return told;
  const first = settled.find((one) => one.status === 'rejected');
  return first ? first.reason : told;
}

const restMillis = 3;

/** A statement failed and the work went on regardless. */
const hasFailed = (client: pg.PoolClient) =>
  (client as unknown as { getTransactionStatus(): string | null }).getTransactionStatus() === 'E';

/**
 * Hands a connection back whose transaction only read. Its COMMIT travels with the next BEGIN, which saves a packet and a
 * wake-up each way; when no other comes at once it is sent by itself, so nothing stays open.
 */
function rest(client: pg.PoolClient, line: Line): void {
  line.unfinished = true;
  client.release();
  line.resting ??= setTimeout(() => {
    if (!line.unfinished) return;
    line.unfinished = false;
    client.query('commit').catch(() => {});
  }, restMillis);
  line.resting.refresh();
}

export interface LastStatement {
  query: CompiledQuery;
  /** The error to throw when the statement fails, where it means something to the person. */
  refusal?(error: unknown): unknown;
}

/**
 * Runs `work` in one transaction bound to federation and scope; SET LOCAL ends with it, so nothing of one request can
 * reach the next on the same connection. Commits when `work` returns, rolls back when it throws.
 */
export async function inTransaction<T>(
  database: Database,
  schema: string,
  scope: Scope,
  work: (transaction: Transaction) => Promise<T>,
  cause: Cause | null = null,
): Promise<T> {
  if (database.watch.silent) throw new DomainError('database-unavailable');
  const client = await connectInTurn(database.pool);
  const line = database.lineOf(client);
  line.cause = cause;
  gather(client);
  const opening = begin(database.pool, client, line, { schema, scope });
  opening.catch(() => {});
  const underWay: Promise<unknown>[] = [];
  const sendLater = (query: CompiledQuery) => {
    const sentAt = performance.now();
    const answer = send(client, query);
    const note = () => noteSlow(line, query.sql, sentAt);
    answer.then(note, note);
    underWay.push(answer);
  };
  const sendPending = () => {
    const query = line.pending.take();
    if (query) sendLater(query);
  };
  const later = (query: CompiledQuery) => {
    line.wrote = true;
    if (line.pending.keep(query)) return;
    sendPending();
    if (!line.pending.keep(query)) sendLater(query);
  };
  line.pending.drop();
  line.sendPending = sendPending;
  const pending = { send: sendPending, drop: () => line.pending.drop() };
  const ask = async <R>(query: CompiledQuery<R>, writes: boolean) => {
    sendPending();
    if (writes) line.wrote = true;
    const sentAt = performance.now();
    try {
      return (await send(client, query)).rows as R[];
    } finally {
      noteSlow(line, query.sql, sentAt);
    }
  };
  try {
    const last: LastStatement[] = [];
    const result = await work({ db: line.db, lane: line.lane, last, later, pending, ask, underWay });
    await opening;
    if (!line.wrote && last.length === 0 && !hasFailed(client)) {
      rest(client, line);
      return result;
    }
    // A COMMIT behind a statement that failed is a ROLLBACK to PostgreSQL, so it need not wait for the answers.
    for (const { query, refusal } of last) if (!refusal) later(query);
    sendPending();
    const endingAt = performance.now();
    const refusing = last.filter((one) => one.refusal);
    const ending = refusing.map(({ query, refusal }) =>
      send(client, query)
        .finally(() => noteSlow(line, query.sql, endingAt))
        .catch((error: unknown) => {
          throw refusal!(error);
        }),
    );
    gather(client);
    const commit = client.query('commit');
    await Promise.all([...underWay, ...ending, commit]);
    client.release();
    return result;
  } catch (error) {
    const cause = await causeOf(error, underWay);
    await client.query('rollback').then(
      () => client.release(),
      (broken: Error) => client.release(broken),
    );
    throw cause;
  }
}

/** A subtree as an index sees it: from the path itself to before the first text that is no longer under it. */
export interface Range {
  from: string;
  to: string;
}

export const rangesOf = (paths: readonly string[]): Range[] =>
  paths.map((path) => ({ from: path, to: `${path}/` }));

/** Condition: the row's path lies in one of the subtrees. Index-friendly, beside row-level security. */
export function inRanges<T extends keyof Tables>(
  column: ReferenceExpression<Tables, T>,
  ranges: readonly Range[],
) {
  return (eb: ExpressionBuilder<Tables, T>) =>
    ranges.length === 0
      ? sql<boolean>`false`
      : eb.or(
          ranges.map(({ from, to }) =>
            eb.and([
              sql<boolean>`${eb.ref(column as never)} >= ${from}`,
              sql<boolean>`${eb.ref(column as never)} < ${to}`,
            ]),
          ),
        );
}

/** The same for the paths of a scope. */
export const within = <T extends keyof Tables>(
  column: ReferenceExpression<Tables, T>,
  paths: readonly string[],
) => inRanges(column, rangesOf(paths));
