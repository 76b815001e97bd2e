import { hashOf, idleMillis, newToken } from '../../kernel/auth.ts';
import type { Ctx } from '../../kernel/context.ts';
import type { Call } from '../../kernel/http.ts';
import { describeSession, type SessionReply } from './describe-session.ts';

type Holder = { kind: 'member'; memberId: string } | { kind: 'cadre'; accountId: string };

/** Opens a session under a fresh token (never one the caller brought) and describes it. */
export async function openSession(
  ctx: Ctx,
  call: Call,
  holder: Holder,
  keepToken: boolean,
): Promise<SessionReply> {
  const token = newToken();
  const csrfToken = newToken();
  const expiresAt = new Date(ctx.now.getTime() + idleMillis[holder.kind]);
  await ctx.db
    .insertInto('session')
    .values({
      token_hash: hashOf(token),
      kind: holder.kind,
      member_id: holder.kind === 'member' ? holder.memberId : null,
      account_id: holder.kind === 'cadre' ? holder.accountId : null,
      csrf_token: csrfToken,
      created_at: ctx.now,
      seen_at: ctx.now,
      expires_at: expiresAt,
    })
    .execute();
  if (!keepToken) call.setSession(token, csrfToken);
  return { ...(await describeSession(ctx, holder, csrfToken, expiresAt)), ...(keepToken ? { token } : {}) };
}
