import { timingSafeEqual } from 'node:crypto';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Call } from '../../kernel/http.ts';
import { openSession } from './open-session.ts';
import { codeHash, phoneOf } from './request-code.ts';

type Route = typeof contract.accounts.signInMember;

const maxAttempts = 5;

/** What a wrong code leaves behind (one attempt fewer) must outlive the refusal, so it is returned, not thrown. */
type Outcome = ReplyOf<Route> | DomainError;

export async function signInMember(ctx: Ctx, { body }: InputOf<Route>, call: Call): Promise<Outcome> {
  const phone = phoneOf(body.phone);
  const index = ctx.pii.blindIndex('phone', phone);
  const stored = await ctx.db
    .updateTable('sign_in_code')
    .set((eb) => ({ attempts: eb('attempts', '+', 1) }))
    .where('phone_index', '=', index)
    .where('expires_at', '>', ctx.now)
    .where('attempts', '<', maxAttempts)
    .returning('code_hash')
    .executeTakeFirst();
  if (!stored || !timingSafeEqual(stored.code_hash, codeHash(index, body.code)))
    return new DomainError('code-wrong');
  // A code serves once.
  await ctx.db.deleteFrom('sign_in_code').where('phone_index', '=', index).execute();
  // Two members may share a phone on a roster; the one who joined first is the holder until the roster is corrected.
  const member = await ctx.db
    .selectFrom('member')
    .select(['id', 'union_path'])
    .where('phone_index', '=', index)
    .where('status', '!=', 'left')
    .orderBy('joined_on')
    .executeTakeFirst();
  if (!member) return new DomainError('code-wrong');
  const holder = { kind: 'member', memberId: member.id } as const;
  const session = await openSession(ctx, call, holder, body.keepToken);
  await record(
    ctx,
    { kind: 'session.opened', subject: 'member', subjectId: member.id, unionPath: member.union_path },
    { ...holder, name: session.name },
  );
  return session;
}
