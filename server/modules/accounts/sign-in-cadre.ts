import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Call } from '../../kernel/http.ts';
import { countFailure, forgetFailures, lockedMinutes, nameOf } from './failures.ts';
import { openSession } from './open-session.ts';
import { isPassword, nobodysHash } from './passwords.ts';
import { stepOf } from './totp.ts';

type Route = typeof contract.accounts.signInCadre;
type Outcome = ReplyOf<Route> | DomainError;

/** Password, then the one-time code where the account has one. Refusals are returned so that the failure is counted. */
export async function signInCadre(ctx: Ctx, { body }: InputOf<Route>, call: Call): Promise<Outcome> {
  const name = nameOf(body.username);
  const minutes = await lockedMinutes(ctx, name);
  const account = await ctx.db
    .selectFrom('account')
    .selectAll()
    .where('username', '=', name)
    .where('status', '=', 'active')
    .executeTakeFirst();
  const right = await isPassword(body.password, account?.password_hash ?? (await nobodysHash));
  if (minutes > 0) return new DomainError('account-locked', { minutes });
  if (!account || !right) return fail(ctx, name, account?.id ?? null);
  let step: number | null = null;
  if (account.totp_confirmed_at) {
    if (!body.totp) return { totpRequired: true };
    step = stepOf(ctx, account, body.totp);
    if (step === null) return fail(ctx, name, account.id);
  }
  await forgetFailures(ctx, name);
  await ctx.db
    .updateTable('account')
    .set({
      locked_until: null,
      last_sign_in_at: ctx.now,
      ...(step === null ? {} : { totp_last_step: step }),
    })
    .where('id', '=', account.id)
    .execute();
  const session = await openSession(ctx, call, { kind: 'cadre', accountId: account.id }, false);
  await recordSignIn(ctx, account, session.grants[0]?.union);
  return session;
}

/** Under her own name, at the union of her first grant, where those who audit her see it. */
async function recordSignIn(
  ctx: Ctx,
  { id, name }: { id: string; name: string },
  office?: { id: string; name: string },
) {
  const union = await ctx.db
    .selectFrom('union')
    .select('path')
    .where('id', '=', office?.id ?? null)
    .executeTakeFirst();
  await record(
    ctx,
    { kind: 'session.opened', subject: 'account', subjectId: id, unionPath: union?.path ?? 'f' },
    { kind: 'cadre', accountId: id, name, office: office?.name ?? '' },
  );
}

async function fail(ctx: Ctx, name: string, accountId: string | null): Promise<DomainError> {
  const locked = await countFailure(ctx, name);
  if (locked) {
    await ctx.db
      .updateTable('account')
      .set({ locked_until: locked.until })
      .where('username', '=', name)
      .execute();
  }
  await record(ctx, {
    kind: locked ? 'account.locked' : 'session.refused',
    subject: 'account',
    subjectId: accountId,
    unionPath: 'f',
  });
  return locked
    ? new DomainError('account-locked', { minutes: locked.minutes })
    : new DomainError('credentials-wrong');
}
