import { createHash } from 'node:crypto';
import type { Actor } from './access.ts';
import type { Ctx } from './context.ts';
import { DomainError } from './errors.ts';

const actorKey = (actor: Actor) => {
  if (actor.kind === 'cadre') return `account:${actor.accountId}`;
  if (actor.kind === 'member') return `member:${actor.memberId}`;
  return actor.kind;
};

/**
 * One effect per key and actor: the key's row is written in the effect's own transaction, so a copy that arrives
 * meanwhile waits for it and then gets the stored reply; the same key with another body is refused.
 */
export async function once<T>(
  ctx: Ctx,
  key: string,
  route: string,
  body: unknown,
  act: () => Promise<T>,
): Promise<T> {
  const actor = actorKey(ctx.actor);
  const hash = createHash('sha256')
    .update(JSON.stringify(body ?? null))
    .digest();
  const inserted = await ctx.db
    .insertInto('idempotency_key')
    .values({ actor, key, route, request_hash: hash, created_at: ctx.now })
    .onConflict((conflict) => conflict.doNothing())
    .returning('key')
    .executeTakeFirst();
  if (inserted) {
    const reply = await act();
    const keep = ctx.db
      .updateTable('idempotency_key')
      .set({ reply: JSON.stringify(reply) })
      .where('actor', '=', actor)
      .where('key', '=', key)
      .compile();
    ctx.later(keep);
    return reply;
  }
  const stored = await ctx.db
    .selectFrom('idempotency_key')
    .selectAll()
    .where('actor', '=', actor)
    .where('key', '=', key)
    .executeTakeFirstOrThrow();
  if (stored.route !== route || !stored.request_hash.equals(hash))
    throw new DomainError('idempotency-mismatch');
  return JSON.parse(stored.reply ?? 'null') as T;
}
