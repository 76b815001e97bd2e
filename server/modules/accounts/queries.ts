import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { holds } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import { grantsOf } from './describe-session.ts';

type Accounts = typeof contract.accounts;
export type AccountReply = ReplyOf<Accounts['get']>;

/** An account is in scope when one of its grants in force is. */
function inScope(ctx: Ctx) {
  return ctx.db.selectFrom('account').where((eb) =>
    eb.exists(
      eb
        .selectFrom('grant')
        .select('grant.id')
        .whereRef('grant.account_id', '=', 'account.id')
        .where('grant.revoked_at', 'is', null)
        .where(within('grant.union_path', ctx.scope.paths) as never),
    ),
  );
}

interface Row {
  id: string;
  username: string;
  name: string;
  phone_masked: string | null;
  status: string;
  locked_until: Date | null;
  totp_confirmed_at: Date | null;
  last_sign_in_at: Date | null;
}

const columns = [
  'id',
  'username',
  'name',
  'phone_masked',
  'status',
  'locked_until',
  'totp_confirmed_at',
  'last_sign_in_at',
] as const;

async function describe(ctx: Ctx, rows: readonly Row[]): Promise<AccountReply[]> {
  const grants = rows.length
    ? await grantsOf(
        ctx,
        rows.map((row) => row.id),
      )
    : [];
  const can = holds(ctx.actor, 'accounts.manage') ? ['grant', 'close', 'unlock'] : [];
  return rows.map((row) => {
    const locked = row.locked_until !== null && row.locked_until > ctx.now;
    return {
      id: row.id,
      username: row.username,
      name: row.name,
      phoneMasked: row.phone_masked,
      status: row.status === 'closed' ? 'closed' : locked ? 'locked' : 'active',
      totp: row.totp_confirmed_at !== null,
      lastSignInAt: row.last_sign_in_at?.toISOString() ?? null,
      grants: grants
        .filter((grant) => grant.accountId === row.id)
        .map(({ accountId: _id, ...grant }) => grant),
      can,
    };
  });
}

export async function listAccounts(
  ctx: Ctx,
  { query }: InputOf<Accounts['list']>,
): Promise<ReplyOf<Accounts['list']>> {
  let found = inScope(ctx);
  const { q, role, unionId } = query;
  if (q)
    found = found.where((eb) =>
      eb.or([eb('username', 'like', `${q.toLowerCase()}%`), eb('name', 'like', `${q}%`)]),
    );
  if (role || unionId) {
    found = found.where((eb) => {
      let grant = eb
        .selectFrom('grant')
        .select('grant.id')
        .whereRef('grant.account_id', '=', 'account.id')
        .where('revoked_at', 'is', null);
      if (role) grant = grant.where('grant.role', '=', role);
      if (unionId) grant = grant.where('grant.union_id', '=', unionId);
      return eb.exists(grant);
    });
  }
  const [{ total }, rows] = await Promise.all([
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    found
      .select(columns)
      .orderBy('username')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
  ]);
  return {
    items: await describe(ctx, rows),
    total: Number(total),
    page: query.page,
    pageSize: query.pageSize,
  };
}

/** Throws `thing-not-found` when the account holds nothing in my scope. */
export async function getAccount(ctx: Ctx, id: string): Promise<AccountReply> {
  const row = await inScope(ctx).select(columns).where('id', '=', id).executeTakeFirst();
  if (!row) throw new DomainError('thing-not-found');
  return (await describe(ctx, [row]))[0]!;
}
