import type { CompiledQuery, DatabaseConnection, Driver, Kysely, QueryResult } from 'kysely';
import type { Tables } from '../tables.gen.ts';
import type { Answer, KnownStatements } from './batch.ts';
import type { Asked, Conversation } from './conversation.ts';
import { noteSlow, type Cause, type SlowLog } from './slow-log.ts';

export type Db = Kysely<Tables>;

/** A pooled connection with what we keep beside it. */
export interface Line {
  db: Db;
  lane: number;
  known: KnownStatements;
  /** Of the transaction that has the connection now. */
  conversation: Conversation | null;
  /** Sends the writes that nobody waits for and that have not been sent yet. */
  sendPending(): void;
  slowLog: SlowLog | null;
  cause: Cause | null;
}

/** Sends a statement and waits for its answer, telling of a slow one. */
export async function ask(line: Line, conversation: Conversation, query: Asked): Promise<Answer> {
  line.sendPending();
  const sentAt = performance.now();
  try {
    return await conversation.send(query);
  } catch (error) {
    // Where it was asked, instead of where the answer was read.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  } finally {
    noteSlow(line, query.sql, sentAt);
  }
}

export class OneConnection implements DatabaseConnection {
  readonly #line: () => Line;
  constructor(line: () => Line) {
    this.#line = line;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const line = this.#line();
    if (!line.conversation) throw new Error('asked before any transaction');
    const { rows, count } = await ask(line, line.conversation, query);
    return { rows: rows as R[], numAffectedRows: BigInt(count) };
  }

  // oxlint-disable-next-line require-yield -- the interface wants a generator; we stream with our own cursor-free paging
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not offered');
  }
}

/** A Kysely driver over one connection whose transaction somebody else has begun. */
export function driverOf(connection: OneConnection): Driver {
  const inTransaction = () =>
    Promise.reject(new Error('the request already is one transaction; use savepoint()'));
  return {
    init: () => Promise.resolve(),
    acquireConnection: () => Promise.resolve(connection),
    releaseConnection: () => Promise.resolve(),
    beginTransaction: inTransaction,
    commitTransaction: inTransaction,
    rollbackTransaction: inTransaction,
    destroy: () => Promise.resolve(),
  };
}
