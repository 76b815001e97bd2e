import type { contract, ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { principalsOf } from './deputies-in-force.ts';
import { permissionsOf, roles } from './roles.ts';

export type SessionReply = ReplyOf<typeof contract.accounts.getSession>;
type Holder = { kind: 'member'; memberId: string } | { kind: 'cadre'; accountId: string };

export async function describeSession(
  ctx: Ctx,
  holder: Holder,
  csrfToken: string,
  expiresAt: Date,
): Promise<SessionReply> {
  const common = {
    federation: { code: ctx.federation.code, name: ctx.federation.name },
    demo: ctx.config.demo,
    csrfToken,
    expiresAt: expiresAt.toISOString(),
  };
  if (holder.kind === 'member') {
    const member = await ctx.db
      .selectFrom('member')
      .select('name')
      .where('id', '=', holder.memberId)
      .executeTakeFirst();
    if (!member) throw new DomainError('session-expired');
    return {
      ...common,
      kind: 'member',
      accountId: null,
      memberId: holder.memberId,
      name: member.name,
      grants: [],
      permissions: [],
      totp: 'not-needed',
    };
  }
  const account = await ctx.db
    .selectFrom('account')
    .select(['name', 'member_id', 'totp_confirmed_at'])
    .where('id', '=', holder.accountId)
    .executeTakeFirstOrThrow();
  const grants = await grantsOf(ctx, [holder.accountId]);
  const lent = await grantsOf(ctx, await principalsOf(ctx, [holder.accountId]));
  const hasTotp = account.totp_confirmed_at !== null;
  const needed = [...grants, ...lent].some((grant) => roles[grant.role]?.totp);
  return {
    ...common,
    kind: 'cadre',
    accountId: holder.accountId,
    memberId: account.member_id,
    name: account.name,
    grants: grants.map(({ accountId: _accountId, ...grant }) => grant),
    permissions: [
      ...new Set([
        ...grants.flatMap((grant) => permissionsOf(grant.role, hasTotp)),
        ...lent.flatMap((grant) => permissionsOf(grant.role, hasTotp, true)),
      ]),
    ],
    totp: hasTotp ? 'set' : needed ? 'needed-not-set' : 'not-needed',
  };
}

/** Grants in force today, of several accounts. */
export async function grantsOf(ctx: Ctx, accountIds: readonly string[]) {
  const rows = await ctx.db
    .selectFrom('grant')
    .innerJoin('union', 'union.id', 'grant.union_id')
    .select([
      'grant.id',
      'grant.account_id',
      'grant.role',
      'grant.until_on',
      'union.id as union_id',
      'union.name as union_name',
    ])
    .where((eb) => eb('grant.account_id', '=', eb.fn.any(eb.val([...accountIds]))))
    .where('grant.revoked_at', 'is', null)
    .where((eb) => eb.or([eb('grant.until_on', 'is', null), eb('grant.until_on', '>=', ctx.today)]))
    .orderBy('grant.granted_at')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    accountId: row.account_id,
    role: row.role as SessionReply['grants'][number]['role'],
    union: { id: row.union_id, name: row.union_name },
    until: row.until_on,
  }));
}
