import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Call } from '../../kernel/http.ts';
import { openSession } from './open-session.ts';
import { isPassword, nobodysHash } from './passwords.ts';
import { stepOf } from './totp.ts';

type Route = typeof contract.accounts.signInCadre;
type Outcome = ReplyOf<Route> | DomainError;

const maxFailures = 5;
const lockMinutes = 15;

/** Password, then the one-time code where the account has one. Refusals are returned so that the failure is counted. */
export async function signInCadre(ctx: Ctx, { body }: InputOf<Route>, call: Call): Promise<Outcome> {
  const account = await ctx.db
    .selectFrom('account')
    .selectAll()
    .where('username', '=', body.username.toLowerCase())
    .forUpdate()
    .executeTakeFirst();
  const right = await isPassword(body.password, account?.password_hash ?? (await nobodysHash));
  if (!account || account.status !== 'active') return new DomainError('credentials-wrong');
  if (account.locked_until && account.locked_until > ctx.now) {
    const minutes = Math.ceil((account.locked_until.getTime() - ctx.now.getTime()) / 60_000);
    return new DomainError('account-locked', { minutes });
  }
  if (!right) return fail(ctx, account);
  let step: number | null = null;
  if (account.totp_confirmed_at) {
    if (!body.totp) return { totpRequired: true };
    step = stepOf(ctx, account, body.totp);
    if (step === null) return fail(ctx, account);
  }
  await ctx.db
    .updateTable('account')
    .set({
      failed_count: 0,
      locked_until: null,
      last_sign_in_at: ctx.now,
      ...(step === null ? {} : { totp_last_step: step }),
    })
    .where('id', '=', account.id)
    .execute();
  const session = await openSession(ctx, call, { kind: 'cadre', accountId: account.id }, false);
  await record(ctx, { kind: 'session.opened', subject: 'account', subjectId: account.id, unionPath: 'f' });
  return session;
}

async function fail(ctx: Ctx, account: { id: string; failed_count: number }): Promise<DomainError> {
  const failures = account.failed_count + 1;
  const locked = failures >= maxFailures;
  await ctx.db
    .updateTable('account')
    .set({
      failed_count: locked ? 0 : failures,
      locked_until: locked ? new Date(ctx.now.getTime() + lockMinutes * 60_000) : null,
    })
    .where('id', '=', account.id)
    .execute();
  await record(ctx, {
    kind: locked ? 'account.locked' : 'session.refused',
    subject: 'account',
    subjectId: account.id,
    unionPath: 'f',
  });
  return locked
    ? new DomainError('account-locked', { minutes: lockMinutes })
    : new DomainError('credentials-wrong');
}
