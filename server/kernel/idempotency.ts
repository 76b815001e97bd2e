import { createHash } from 'node:crypto';
import type { Actor } from './access.ts';
import type { Ctx } from './context.ts';
import { statement } from './db/statement.ts';
import { DomainError } from './errors.ts';

const actorKey = (actor: Actor) => {
  if (actor.kind === 'cadre') return `account:${actor.accountId}`;
  if (actor.kind === 'member') return `member:${actor.memberId}`;
  return actor.kind;
};

const keyTaken = statement(
  (db, row: { actor: string; key: string; route: string; request_hash: Buffer; created_at: Date }) =>
    db
      .insertInto('idempotency_key')
      .values(row)
      .onConflict((conflict) => conflict.doNothing())
      .returning('key'),
);

const replyKept = statement((db, { actor, key, reply }: { actor: string; key: string; reply: string }) =>
  db.updateTable('idempotency_key').set({ reply }).where('actor', '=', actor).where('key', '=', key),
);

/** Thrown where a key has been used before: nothing of this try is kept. */
class Repeated extends Error {}

/** A call with its key, as it is stored. */
export interface KeyedCall {
  key: string;
  /** Name and path parameters. */
  route: string;
  body: unknown;
}

const hashOf = (body: unknown) =>
  createHash('sha256')
    .update(JSON.stringify(body ?? null))
    .digest();

/**
 * One effect per key and actor: the key's row is written in the effect's own transaction, so a copy that arrives meanwhile
 * waits for it and then gets the stored reply; the same key with another body is refused. `act` begins before the key is
 * known to be new and hears of no answer unless it is, so the key takes no round of its own.
 *
 * `within` runs work in a transaction of its own.
 */
export async function once<T>(
  within: <R>(work: (ctx: Ctx) => Promise<R>) => Promise<R>,
  call: KeyedCall,
  act: (ctx: Ctx) => Promise<T>,
): Promise<T> {
  const { key, route, body } = call;
  try {
    return await within(async (ctx) => {
      const actor = actorKey(ctx.actor);
      const row = { actor, key, route, request_hash: hashOf(body), created_at: ctx.now };
      keyTaken.require(ctx, row, ([taken]) => {
        if (!taken) throw new Repeated();
      });
      const reply = await act(ctx);
      replyKept.later(ctx, { actor, key, reply: JSON.stringify(reply) });
      return reply;
    });
  } catch (error) {
    if (!(error instanceof Repeated)) throw error;
    return within((ctx) => storedReply(ctx, call)) as Promise<T>;
  }
}

async function storedReply(ctx: Ctx, { key, route, body }: KeyedCall): Promise<unknown> {
  const stored = await ctx.db
    .selectFrom('idempotency_key')
    .selectAll()
    .where('actor', '=', actorKey(ctx.actor))
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  if (stored.route !== route || !stored.request_hash.equals(hashOf(body)))
    throw new DomainError('idempotency-mismatch');
  return JSON.parse(stored.reply ?? 'null');
}
