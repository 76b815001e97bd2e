import { sql, type CompiledQuery } from 'kysely';
import type { Actor } from './access.ts';
import type { Clock } from './clock.ts';
import { dayOf, uuidV7 } from './clock.ts';
import type { Config } from './config.ts';
import { causeOf, inTransaction, type Database, type Db, type LastStatement, type Scope } from './db.ts';
import type { Replica } from './db/replica.ts';
import { DomainError } from './errors.ts';
import type { FileStore } from './files/store.ts';
import type { Jobs } from './jobs.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import type { Pii } from './pii.ts';

export interface Federation {
  id: string;
  code: string;
  name: string;
  schema: string;
  /** It is being moved to another database: until that is done or given up it may only be read. */
  moving?: boolean;
}

/** What lives as long as the process and is handed to every context. */
export interface Platform {
  config: Config;
  clock: Clock;
  database: Database;
  /** Where reads that may be seconds old go; null where there is none. */
  replica: Replica | null;
  log: Log;
  pii: Pii;
  files: FileStore;
  jobs: Jobs;
  metrics: Metrics;
}

/** Everything a use case may use. Passed, never ambient; bound to one transaction of one federation. */
export interface Ctx {
  actor: Actor;
  scope: Scope;
  db: Db;
  /** Audit lane of this connection. */
  lane: number;
  /** The one instant of this request. */
  now: Date;
  /** Its day in Asia/Shanghai. */
  today: string;
  id(): string;
  log: Log;
  requestId: string;
  federation: Federation;
  config: Config;
  pii: Pii;
  files: FileStore;
  jobs: Jobs;
  /** Runs after the commit, never after a rollback: for nudging caches and streams, not for effects that must happen. */
  afterCommit(act: () => void): void;
  /** Work in a transaction beside this one, with the same scope: what it writes is seen at once and stays whatever follows. */
  beside<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>;
  /** What `atEnd` keeps for the end of the transaction. */
  ending: Ending[];
  /** Sends a statement whose answer nobody needs, without waiting for it; see Transaction. */
  later(query: CompiledQuery): void;
  pending: { send(): void; drop(): void };
  /** Sends a compiled statement and waits for its rows; see `statement`. */
  require<R>(query: CompiledQuery<R>, judge: (rows: R[]) => void): void;
  ask<R>(query: CompiledQuery<R>): Promise<R[]>;
  bind(scope: Scope, undone?: boolean): void;
  oneSnapshot(): void;
  underWay: Promise<unknown>[];
}

/** The one statement that ends the transaction for `parts`, and what its failure means to the person. */
type EndAct<T> = (ctx: Ctx, parts: readonly T[]) => LastStatement;

interface Ending {
  act: EndAct<never>;
  part: unknown;
}

/**
 * Sends the statement of `act` last in the transaction, once, for the parts of all who asked, together with COMMIT. So a
 * row that many want at once (a fund's balance) is locked for the commit only, not while the server thinks. Parts of a
 * savepoint that was undone are dropped; a statement that fails undoes the transaction.
 */
export function atEnd<T>(ctx: Ctx, act: EndAct<T>, part: T): void {
  ctx.ending.push({ act: act as EndAct<never>, part });
}

function lastStatements(ctx: Ctx): LastStatement[] {
  const acts = [...new Set(ctx.ending.map(({ act }) => act))];
  const partsOf = (act: EndAct<never>) => ctx.ending.filter((one) => one.act === act).map(({ part }) => part);
  return acts.map((act) => act(ctx, partsOf(act) as never[]));
}

export interface Request {
  federation: Federation;
  actor: Actor;
  scope: Scope;
  requestId: string;
  /** The route's or job's name, for the log of slow statements. */
  route?: string;
}

/** Of a statement that would have written, or came when the move was just done and the old rows closed. */
const closedToWrites = new Set(['25006', '42501', '42P01', '3F000']);

/** What an error means to the person when the federation is being moved away. */
export const whileMoving = ({ moving }: Federation, error: unknown): unknown =>
  moving && closedToWrites.has((error as { code?: string }).code ?? '')
    ? new DomainError('federation-moving')
    : error;

/** One transaction with its context. What `work` throws rolls everything back. */
export async function inContext<T>(
  platform: Platform,
  request: Request,
  work: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  const after: (() => void)[] = [];
  const now = platform.clock.now();
  const result = await inTransaction(
    platform.database,
    request.federation.schema,
    request.scope,
    async ({ db, lane, last, later, pending, require, ask, bind, oneSnapshot, underWay }) => {
      // Every key by name: copying the request's with `...` made this the dearest line of a look-up.
      const ctx: Ctx = {
        federation: request.federation,
        actor: request.actor,
        scope: request.scope,
        requestId: request.requestId,
        db,
        lane,
        now,
        today: dayOf(now),
        id: () => uuidV7(now),
        log: platform.log,
        config: platform.config,
        pii: platform.pii,
        files: platform.files,
        jobs: platform.jobs,
        afterCommit: (act) => after.push(act),
        beside: (other) => inContext(platform, request, other),
        ending: [],
        later,
        pending,
        require,
        ask,
        bind,
        oneSnapshot,
        underWay,
      };
      const done = await work(ctx);
      last.push(...lastStatements(ctx));
      return done;
    },
    {
      cause: { requestId: request.requestId, route: request.route ?? request.requestId },
      readOnly: request.federation.moving === true,
    },
  ).catch((error: unknown) => {
    throw whileMoving(request.federation, error);
  });
  for (const act of after) act();
  return result;
}

/**
 * A context that sees the whole federation, for jobs and commands. `name` stands in the audit log as who did it;
 * `requestId` is that of the request that caused it, where there is one.
 */
export function inSystemContext<T>(
  platform: Platform,
  federation: Federation,
  name: string,
  work: (ctx: Ctx) => Promise<T>,
  requestId = name,
): Promise<T> {
  const actor: Actor = { kind: 'system', name };
  const scope: Scope = { paths: ['f'], memberId: null, accountId: null };
  return inContext(platform, { federation, actor, scope, requestId, route: name }, work);
}

/**
 * Parts that run beside one another, each perhaps in several steps. Unlike Promise.all it waits for all of them also when
 * one fails: a part still at work would write into whatever comes next on the connection.
 */
export async function together<T extends readonly unknown[]>(
  parts: readonly [...{ [K in keyof T]: Promise<T[K]> }],
): Promise<T> {
  const settled = await Promise.allSettled(parts);
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  }) as unknown as T;
}

/** A part that may fail alone: its writes are undone, the transaction goes on, the error is rethrown to the caller. */
export async function savepoint<T>(ctx: Ctx, work: () => Promise<T>): Promise<T> {
  const before = ctx.ending.length;
  const sent = ctx.underWay.length;
  await sql`savepoint part`.execute(ctx.db);
  try {
    const result = await work();
    ctx.pending.send();
    await Promise.all(ctx.underWay.slice(sent));
    await sql`release savepoint part`.execute(ctx.db);
    return result;
  } catch (error) {
    ctx.ending.length = before;
    ctx.pending.drop();
    const cause = await causeOf(error, ctx.underWay.splice(sent));
    await sql`rollback to savepoint part`.execute(ctx.db);
    throw cause;
  }
}

/**
 * Widens the scope for `work`, e.g. when a unit's decision must read the district's fund. The old scope is back
 * afterwards; when `work` throws, the rollback of the transaction or savepoint undoes the change.
 */
export async function withScope<T>(ctx: Ctx, scope: Scope, work: () => Promise<T>): Promise<T> {
  ctx.bind(scope);
  try {
    const result = await work();
    ctx.bind(ctx.scope);
    return result;
  } catch (error) {
    ctx.bind(ctx.scope, true);
    throw error;
  }
}
