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
import { ask, driverOf, OneConnection, type Db, type Line } from './db/connection.ts';
import type { Answer } from './db/batch.ts';
import { Conversation } from './db/conversation.ts';
import { PendingWrites } from './db/pending-writes.ts';
import { noteSlow, type Cause, type SlowLog } from './db/slow-log.ts';
import { watchConnections, type Watch } from './db/watch.ts';
import { DomainError } from './errors.ts';
import { bindingOf } from './db/opening.ts';
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
    'lock_timeout=8000',
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
  });
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
      known: new Map(),
      conversation: null,
      sendPending: () => {},
      slowLog,
      cause: null,
    };
    const connection = new OneConnection(() => line);
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
  /**
   * Sends a statement without waiting for it. `judge` is told of its rows before anything asked behind it is answered: when it
   * throws, all of that fails with what it threw, and so does the transaction.
   */
  require<R>(query: CompiledQuery<R>, judge: (rows: R[]) => void): void;
  /** The rows of a statement whose text is made; see `statement`. */
  ask<R>(query: CompiledQuery<R>): Promise<R[]>;
  /** From here on the transaction sees what this scope sees; `undone`: after a failure that a rollback will follow. */
  bind(scope: Scope, undone?: boolean): void;
  /** All that follows sees one moment. Must come before anything is asked. */
  oneSnapshot(): void;
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

export interface LastStatement {
  query: CompiledQuery;
  /** The error to throw when the statement fails, where it means something to the person. */
  refusal?(error: unknown): unknown;
}

/**
 * Runs `work` in one transaction bound to federation and scope. Both end with it, so nothing of one request can reach the
 * next on the same connection. Commits when `work` returns, rolls back when it throws. `readOnly`: every write is refused.
 */
export async function inTransaction<T>(
  database: Database,
  schema: string,
  scope: Scope,
  work: (transaction: Transaction) => Promise<T>,
  { cause = null, readOnly = false }: { cause?: Cause | null; readOnly?: boolean } = {},
): Promise<T> {
  if (database.watch.silent) throw new DomainError('database-unavailable');
  const { pool } = database;
  const binding = bindingOf(pool, schema, scope);
  const client = await connectInTurn(pool);
  const line = database.lineOf(client);
  const conversation = new Conversation(client, line.known, binding, readOnly);
  const pending = new PendingWrites();
  const underWay: Promise<unknown>[] = [];
  const sendLater = (query: CompiledQuery, judge?: (answer: Answer) => void) => {
    const sentAt = performance.now();
    const answer = conversation.send(query, judge);
    const note = () => noteSlow(line, query.sql, sentAt);
    answer.then(note, note);
    underWay.push(answer);
    return answer;
  };
  const sendPending = () => {
    const query = pending.take();
    if (query) sendLater(query);
  };
  const later = (query: CompiledQuery) => {
    conversation.open();
    if (pending.keep(query)) return;
    sendPending();
    if (!pending.keep(query)) sendLater(query);
  };
  Object.assign(line, { conversation, sendPending, cause });
  try {
    const last: LastStatement[] = [];
    const result = await work({
      db: line.db,
      lane: line.lane,
      last,
      later,
      pending: { send: sendPending, drop: () => pending.drop() },
      require: (query, judge) => {
        sendPending();
        sendLater(query, ({ rows }) => judge(rows as never));
      },
      ask: async <R>(query: CompiledQuery<R>) => (await ask(line, conversation, query)).rows as R[],
      bind: (other, undone) => conversation.bind(bindingOf(pool, schema, other), undone),
      oneSnapshot: () => conversation.openSnapshot(),
      underWay,
    });
    // A COMMIT behind a statement that failed is not run, or undoes: so it need not wait for the answers.
    for (const { query, refusal } of last) if (!refusal) later(query);
    sendPending();
    const answers: Promise<unknown>[] = underWay.slice();
    for (const { query, refusal } of last) {
      if (!refusal) continue;
      answers.push(
        sendLater(query).catch((error: unknown) => {
          throw refusal(error);
        }),
      );
    }
    if (conversation.isOpen) answers.push(conversation.commit());
    answers.push(conversation.close());
    // The first that failed is the cause; those behind it failed with it.
    const failed = (await Promise.allSettled(answers)).find((answer) => answer.status === 'rejected');
    if (failed) throw failed.reason;
    client.release();
    return result;
  } catch (error) {
    const failure = await causeOf(error, underWay);
    await conversation.close();
    if (!conversation.isOpen) client.release();
    else
      await client.query('rollback').then(
        () => client.release(),
        (broken: Error) => client.release(broken),
      );
    throw failure;
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
