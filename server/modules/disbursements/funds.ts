import { sql } from 'kysely';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { accountKinds, post, type AccountKind } from './ledger.ts';

/** A fund with its ledger accounts, and what was in them when it was read. */
export interface Fund {
  id: string;
  code: string;
  name: string;
  unionPath: string;
  accounts: Record<AccountKind, { id: string; balanceFen: number }>;
}

interface AccountRow {
  id: string;
  code: string;
  name: string;
  unionPath: string;
  kind: string;
  accountId: string;
  balanceFen: number;
}

const fundRows = (ctx: Ctx) =>
  ctx.db
    .selectFrom('fund')
    .innerJoin('ledger_account', 'ledger_account.fund_id', 'fund.id')
    .select([
      'fund.id',
      'fund.code',
      'fund.name',
      'fund.union_path as unionPath',
      'ledger_account.kind',
      'ledger_account.id as accountId',
      'ledger_account.balance_fen as balanceFen',
    ]);

function assemble(rows: readonly AccountRow[]): Fund | null {
  const first = rows[0];
  if (!first) return null;
  const accounts = Object.fromEntries(
    rows
      .filter((row) => row.id === first.id)
      .map((row) => [row.kind, { id: row.accountId, balanceFen: row.balanceFen }]),
  ) as Fund['accounts'];
  return { id: first.id, code: first.code, name: first.name, unionPath: first.unionPath, accounts };
}

/** By id, whatever the scope. Throws `thing-not-found`. */
export async function getFund(ctx: Ctx, id: string): Promise<Fund> {
  const fund = assemble(await fundRows(ctx).where('fund.id', '=', id).execute());
  if (!fund) throw new DomainError('thing-not-found');
  return fund;
}

/** 'f.1.12' → ['f', 'f.1', 'f.1.12']. */
const lineOf = (path: string) =>
  path.split('.').map((_, index, labels) => labels.slice(0, index + 1).join('.'));

/** The fund of a code that serves a union: its own or the nearest above. Throws `fund-missing`. */
export async function fundFor(ctx: Ctx, code: string, unionPath: string): Promise<Fund> {
  const rows = await fundRows(ctx)
    .where('fund.code', '=', code)
    .where((eb) => eb('fund.union_path', '=', eb.fn.any(eb.val(lineOf(unionPath)))))
    // A superior's path is a beginning of its subordinate's: the nearest comes first.
    .orderBy('fund.union_path', 'desc')
    .limit(accountKinds.length)
    .execute();
  const fund = assemble(rows);
  if (!fund) throw new DomainError('fund-missing');
  return fund;
}

export interface NewFund {
  /** As a benefit's `payout.fund` names it. */
  code: string;
  name: string;
  unionId: string;
}

/** Sets up an empty fund of a union with its accounts. One that exists is returned as it is. */
export async function openFund(ctx: Ctx, { code, name, unionId }: NewFund): Promise<Fund> {
  const union = await ctx.db.selectFrom('union').select('path').where('id', '=', unionId).executeTakeFirst();
  if (!union) throw new DomainError('thing-not-found');
  const id = ctx.id();
  const opened = await ctx.db
    .insertInto('fund')
    .values({ id, code, name, union_id: unionId, union_path: union.path, created_at: ctx.now })
    .onConflict((conflict) => conflict.columns(['code', 'union_id']).doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!opened) return fundFor(ctx, code, union.path);
  await ctx.db
    .insertInto('ledger_account')
    .values(accountKinds.map((kind) => ({ id: ctx.id(), fund_id: id, kind })))
    .execute();
  await record(ctx, {
    kind: 'fund.opened',
    subject: 'fund',
    subjectId: id,
    unionPath: union.path,
    data: { code },
  });
  return getFund(ctx, id);
}

/** Books a deposit: `source → available`. `key` says which one it is; the same key again throws `row-conflict`. */
export async function addMoney(
  ctx: Ctx,
  fund: Fund,
  { key, amountFen, note }: { key: string; amountFen: number; note: string },
): Promise<void> {
  await post(ctx, fund, 'deposit', [
    { businessKey: `deposit:${key}`, amountFen, unionPath: fund.unionPath, note },
  ]);
  await record(ctx, {
    kind: 'fund.deposited',
    subject: 'fund',
    subjectId: fund.id,
    unionPath: fund.unionPath,
    data: { amountFen },
  });
}

/** What left the fund for good since an instant, in fen. */
export async function paidSince(
  ctx: Ctx,
  fundIds: readonly string[],
  since: Date,
): Promise<Map<string, number>> {
  const rows = await ctx.db
    .selectFrom('disbursement')
    .select(['fund_id', sql<number>`sum(amount_fen)::bigint`.as('sum')])
    .where((eb) => eb('fund_id', '=', eb.fn.any(eb.val([...fundIds]))))
    .where('status', '=', 'paid')
    .where('paid_at', '>=', since)
    .groupBy('fund_id')
    .execute();
  return new Map(rows.map((row) => [row.fund_id, row.sum]));
}
