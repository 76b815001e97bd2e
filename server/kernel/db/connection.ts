import type { Socket } from 'node:net';
import type pg from 'pg';
import type { CompiledQuery, DatabaseConnection, Driver, Kysely, QueryResult } from 'kysely';
import type { Tables } from '../tables.gen.ts';
import type { PendingWrites } from './pending-writes.ts';
import { noteSlow, type Cause, type SlowLog } from './slow-log.ts';

export type Db = Kysely<Tables>;

/** A pooled connection with what we keep beside it. */
export interface Line {
  db: Db;
  lane: number;
  wrote: boolean;
  /** A transaction that only read was left to be ended by the next one on this connection. */
  unfinished: boolean;
  /** Ends that transaction when no other does soon; one timer per connection, wound up anew. */
  resting: NodeJS.Timeout | null;
  /** Writes not sent yet, and how to send them. */
  pending: PendingWrites;
  sendPending(): void;
  slowLog: SlowLog | null;
  cause: Cause | null;
}

const statementNames = new Map<string, string>();
const maxNamedStatements = 1000;

/** Prepared once per connection under a name; past the limit (ad-hoc texts) the unnamed statement serves. */
function statementName(text: string): string | undefined {
  const known = statementNames.get(text);
  if (known || statementNames.size >= maxNamedStatements) return known;
  const name = `q${statementNames.size}`;
  statementNames.set(text, name);
  return name;
}

/** Does a text change rows? Then the transaction is ended by a COMMIT of its own. */
export const writing = /\b(insert|update|delete|merge|nextval|truncate)\b/i;

/**
 * Sends what is asked for within one turn of the event loop as one packet instead of a system call per statement. Not at
 * the next tick: statements apart by an `await` that waits for nothing shall still travel together.
 */
export function gather(client: pg.PoolClient): void {
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}

export const send = (client: pg.PoolClient, query: CompiledQuery) => {
  gather(client);
  return client.query({
    name: statementName(query.sql),
    text: query.sql,
    values: query.parameters as unknown[],
  });
};

export class OneConnection implements DatabaseConnection {
  readonly #client: pg.PoolClient;
  readonly #line: () => Line;
  constructor(client: pg.PoolClient, line: () => Line) {
    this.#client = client;
    this.#line = line;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const line = this.#line();
    line.sendPending();
    if (writing.test(query.sql)) line.wrote = true;
    const sentAt = performance.now();
    try {
      const result = await send(this.#client, query);
      return { rows: result.rows as R[], numAffectedRows: BigInt(result.rowCount ?? 0) };
    } finally {
      noteSlow(line, query.sql, sentAt);
    }
  }

  // oxlint-disable-next-line require-yield -- the interface wants a generator; we stream with our own cursor-free paging
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('streaming is not offered on a pipelined connection');
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
