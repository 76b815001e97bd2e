import { hashOf, idleMillis, newToken } from '../../kernel/auth.ts';
import { record } from '../../kernel/audit.ts';
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
  const session = await describeSession(ctx, holder, csrfToken, expiresAt);
  await recordSignIn(ctx, holder, session);
  return { ...session, ...(keepToken ? { token } : {}) };
}

/** Under her own name, and where those who audit her see it: at her union, a cadre's at that of her first grant. */
async function recordSignIn(ctx: Ctx, holder: Holder, { name, grants }: SessionReply): Promise<void> {
  const kind = 'session.opened';
  if (holder.kind === 'member') {
    const { path } = await ctx.db
      .selectFrom('member')
      .select('union_path as path')
      .where('id', '=', holder.memberId)
      .executeTakeFirstOrThrow();
    const event = { kind, subject: 'member', subjectId: holder.memberId, unionPath: path };
    return record(ctx, event, { ...holder, name });
  }
  const office = grants[0]?.union;
  const union = await ctx.db
    .selectFrom('union')
    .select('path')
    .where('id', '=', office?.id ?? null)
    .executeTakeFirst();
  const event = { kind, subject: 'account', subjectId: holder.accountId, unionPath: union?.path ?? 'f' };
  return record(ctx, event, { ...holder, name, office: office?.name ?? '' });
}
