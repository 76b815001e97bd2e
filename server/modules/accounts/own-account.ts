import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Call } from '../../kernel/http.ts';
import { describeSession, type SessionReply } from './describe-session.ts';
import { hashPassword, isPassword, isStrong } from './passwords.ts';
import { newSecret, sealSecret, stepOf, totpUrl } from './totp.ts';

type Accounts = typeof contract.accounts;

const cadreOf = (ctx: Ctx) => {
  if (ctx.actor.kind !== 'cadre') throw new DomainError('permission-missing');
  return ctx.actor;
};

export async function getSession(ctx: Ctx, _input: unknown, call: Call): Promise<SessionReply> {
  const { actor } = ctx;
  if (!call.session || (actor.kind !== 'member' && actor.kind !== 'cadre'))
    throw new DomainError('session-missing');
  const holder =
    actor.kind === 'member'
      ? ({ kind: 'member', memberId: actor.memberId } as const)
      : ({ kind: 'cadre', accountId: actor.accountId } as const);
  return describeSession(ctx, holder, call.session.csrfToken, call.session.expiresAt);
}

export async function signOut(ctx: Ctx, _input: unknown, call: Call): Promise<ReplyOf<Accounts['signOut']>> {
  if (call.session)
    await ctx.db.deleteFrom('session').where('token_hash', '=', call.session.tokenHash).execute();
  call.clearSession();
  return { ok: true };
}

const ownRow = (ctx: Ctx, accountId: string) =>
  ctx.db.selectFrom('account').selectAll().where('id', '=', accountId).forUpdate().executeTakeFirstOrThrow();

export async function changePassword(
  ctx: Ctx,
  { body }: InputOf<Accounts['changePassword']>,
  call: Call,
): Promise<ReplyOf<Accounts['changePassword']>> {
  const { accountId } = cadreOf(ctx);
  const account = await ownRow(ctx, accountId);
  if (!(await isPassword(body.current, account.password_hash))) throw new DomainError('credentials-wrong');
  if (!isStrong(body.next, account.username)) throw new DomainError('password-weak');
  await ctx.db
    .updateTable('account')
    .set({ password_hash: await hashPassword(body.next) })
    .where('id', '=', accountId)
    .execute();
  // Whoever may have learnt the old password is out.
  await ctx.db
    .deleteFrom('session')
    .where('account_id', '=', accountId)
    .where('token_hash', '!=', call.session!.tokenHash)
    .execute();
  await record(ctx, { kind: 'password.changed', subject: 'account', subjectId: accountId, unionPath: 'f' });
  return { ok: true };
}

/** A new secret; it counts only once a code made with it has been given. */
export async function beginTotp(ctx: Ctx): Promise<ReplyOf<Accounts['beginTotp']>> {
  const { accountId } = cadreOf(ctx);
  const account = await ownRow(ctx, accountId);
  if (account.totp_confirmed_at) throw new DomainError('row-conflict');
  const secret = newSecret();
  await ctx.db
    .updateTable('account')
    .set({ totp_sealed: sealSecret(ctx, accountId, secret), totp_last_step: null })
    .where('id', '=', accountId)
    .execute();
  return { secret, url: totpUrl(secret, account.username) };
}

export async function confirmTotp(
  ctx: Ctx,
  { body }: InputOf<Accounts['confirmTotp']>,
): Promise<ReplyOf<Accounts['confirmTotp']>> {
  const { accountId } = cadreOf(ctx);
  const account = await ownRow(ctx, accountId);
  const step = stepOf(ctx, account, body.code);
  if (step === null) throw new DomainError('code-wrong');
  await ctx.db
    .updateTable('account')
    .set({ totp_confirmed_at: ctx.now, totp_last_step: step })
    .where('id', '=', accountId)
    .execute();
  await record(ctx, { kind: 'totp.confirmed', subject: 'account', subjectId: accountId, unionPath: 'f' });
  return { ok: true };
}
