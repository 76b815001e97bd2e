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
  const [inserted] = await keyTaken(ctx, { actor, key, route, request_hash: hash, created_at: ctx.now });
  if (inserted) {
    const reply = await act();
    replyKept.later(ctx, { actor, key, reply: JSON.stringify(reply) });
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
