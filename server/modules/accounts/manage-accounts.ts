import { isWithin, pathsFor } from '../../kernel/access.ts';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { endDeputiesOf } from './end-deputies.ts';
import { forgetFailures, nameOf } from './failures.ts';
import { firstPassword, hashPassword } from './passwords.ts';
import { getAccount, type AccountReply } from './queries.ts';

type Accounts = typeof contract.accounts;

async function unionInScope(ctx: Ctx, id: string) {
  const union = await ctx.db
    .selectFrom('union')
    .select(['id', 'path'])
    .where('id', '=', id)
    .executeTakeFirst();
  const paths = pathsFor(ctx.actor, 'accounts.manage');
  if (!union || !isWithin(union.path, paths)) throw new DomainError('thing-not-found');
  return union;
}

async function grantRole(ctx: Ctx, accountId: string, role: string, unionId: string, until: string | null) {
  const union = await unionInScope(ctx, unionId);
  // Nobody raises herself: the system administrator's own grants are given by another administrator.
  if (ctx.actor.kind === 'cadre' && ctx.actor.accountId === accountId)
    throw new DomainError('grant-exceeds-own');
  await ctx.db
    .insertInto('grant')
    .values({
      id: ctx.id(),
      account_id: accountId,
      role,
      union_id: union.id,
      union_path: union.path,
      from_on: ctx.today,
      until_on: until,
      granted_by: ctx.actor.kind === 'cadre' ? ctx.actor.accountId : null,
      granted_at: ctx.now,
    })
    .execute();
  await record(ctx, {
    kind: 'grant.given',
    subject: 'account',
    subjectId: accountId,
    unionPath: union.path,
    data: { role },
  });
}

export interface NewAccount {
  username: string;
  name: string;
  password: string;
  role: string;
  unionId: string;
  memberIdNumber?: string | undefined;
  demo?: boolean;
}

/** Opens an account with its first grant. The holder's ID number, when given, ties it to her membership. */
export async function openAccount(ctx: Ctx, account: NewAccount): Promise<string> {
  const id = ctx.id();
  const personIndex = account.memberIdNumber
    ? ctx.pii.blindIndex('id-number', account.memberIdNumber.toUpperCase())
    : null;
  const member = personIndex
    ? await ctx.db
        .selectFrom('member')
        .select(['id', 'phone_masked'])
        .where('id_number_index', '=', personIndex)
        .executeTakeFirst()
    : undefined;
  const row = await ctx.db
    .insertInto('account')
    .values({
      id,
      username: account.username.toLowerCase(),
      name: account.name,
      password_hash: await hashPassword(account.password),
      member_id: member?.id ?? null,
      person_index: personIndex,
      phone_masked: member?.phone_masked ?? null,
      status: 'active',
      demo: account.demo ?? false,
      created_at: ctx.now,
    })
    .onConflict((conflict) => conflict.column('username').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!row)
    throw new DomainError('input-invalid', {}, [
      { field: 'username', reason: '这个用户名已有人用', reasonEn: 'Somebody has this user name already' },
    ]);
  await record(ctx, { kind: 'account.opened', subject: 'account', subjectId: id, unionPath: 'f' });
  await grantRole(ctx, id, account.role, account.unionId, null);
  return id;
}

export async function createAccount(
  ctx: Ctx,
  { body }: InputOf<Accounts['create']>,
): Promise<ReplyOf<Accounts['create']>> {
  const password = firstPassword();
  const id = await openAccount(ctx, { ...body, password });
  return { account: await getAccount(ctx, id), firstPassword: password };
}

export async function addGrant(
  ctx: Ctx,
  { params, body }: InputOf<Accounts['addGrant']>,
): Promise<AccountReply> {
  await getAccount(ctx, params.id);
  await grantRole(ctx, params.id, body.role, body.unionId, body.until);
  return getAccount(ctx, params.id);
}

export async function removeGrant(
  ctx: Ctx,
  { params }: InputOf<Accounts['removeGrant']>,
): Promise<AccountReply> {
  const before = await getAccount(ctx, params.id);
  const grant = await ctx.db
    .selectFrom('grant')
    .select(['id', 'union_path', 'role'])
    .where('id', '=', params.grantId)
    .where('account_id', '=', params.id)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  if (!grant || !isWithin(grant.union_path, pathsFor(ctx.actor, 'accounts.manage')))
    throw new DomainError('thing-not-found');
  await ctx.db.updateTable('grant').set({ revoked_at: ctx.now }).where('id', '=', grant.id).execute();
  await record(ctx, {
    kind: 'grant.taken',
    subject: 'account',
    subjectId: params.id,
    unionPath: grant.union_path,
    data: { role: grant.role },
  });
  return { ...before, grants: before.grants.filter((one) => one.id !== grant.id) };
}

export async function setAccountStatus(
  ctx: Ctx,
  { params, body }: InputOf<Accounts['setStatus']>,
): Promise<AccountReply> {
  const { username } = await getAccount(ctx, params.id);
  await forgetFailures(ctx, nameOf(username));
  await ctx.db
    .updateTable('account')
    .set({ status: body.status, locked_until: null })
    .where('id', '=', params.id)
    .execute();
  if (body.status === 'closed')
    await Promise.all([
      ctx.db.deleteFrom('session').where('account_id', '=', params.id).execute(),
      endDeputiesOf(ctx, params.id),
    ]);
  await record(ctx, {
    kind: `account.${body.status}`,
    subject: 'account',
    subjectId: params.id,
    unionPath: 'f',
    data: { reason: body.reason },
  });
  return getAccount(ctx, params.id);
}
