import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { holdsOver, isWithin } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Call } from '../../kernel/http.ts';
import { requireCadre } from './four-eyes.ts';
import { addMoney, getFund, paidSince } from './funds.ts';
import { withPending, type AccountKind, type TransferKind } from './ledger.ts';

type Disbursements = typeof contract.disbursements;
type Row = ReplyOf<Disbursements['deposit']>;

/** Midnight of New Year in Shanghai, which keeps no summer time. */
const yearStart = (today: string) => new Date(`${today.slice(0, 4)}-01-01T00:00:00+08:00`);

async function describe(ctx: Ctx, ids: readonly string[]): Promise<Row[]> {
  const [unions, paid, ...funds] = await Promise.all([
    ctx.db
      .selectFrom('fund')
      .innerJoin('union', 'union.id', 'fund.union_id')
      .select(['fund.id', 'union.id as unionId', 'union.name'])
      .where((eb) => eb('fund.id', '=', eb.fn.any(eb.val([...ids]))))
      .execute(),
    paidSince(ctx, ids, yearStart(ctx.today)),
    ...ids.map((id) => getFund(ctx, id)),
  ]);
  return funds.map(({ id, code, name, unionPath, accounts }) => {
    const union = unions.find((one) => one.id === id)!;
    return {
      id,
      code,
      name,
      union: { id: union.unionId, name: union.name },
      availableFen: withPending(ctx, accounts.available),
      reservedFen: withPending(ctx, accounts.reserved),
      inTransitFen: withPending(ctx, accounts['in-transit']),
      paidThisYearFen: paid.get(id) ?? 0,
      can: holdsOver(ctx.actor, 'disbursements.fund', unionPath) ? ['deposit'] : [],
    };
  });
}

export async function listFunds(ctx: Ctx): Promise<ReplyOf<Disbursements['listFunds']>> {
  const found = await ctx.db
    .selectFrom('fund')
    .select('id')
    .where(within<'fund'>('fund.union_path', ctx.scope.paths))
    .orderBy('union_path')
    .orderBy('code')
    .execute();
  return {
    items: await describe(
      ctx,
      found.map(({ id }) => id),
    ),
  };
}

async function fundInScope(ctx: Ctx, id: string) {
  const fund = await getFund(ctx, id);
  if (!isWithin(fund.unionPath, ctx.scope.paths)) throw new DomainError('thing-not-found');
  return fund;
}

/** Puts money into a fund. The key of the request is its business key: sent again after years it books nothing. */
export async function deposit(
  ctx: Ctx,
  { params, body }: InputOf<Disbursements['deposit']>,
  call: Call,
): Promise<Row> {
  const actor = requireCadre(ctx);
  const fund = await fundInScope(ctx, params.id);
  await addMoney(ctx, fund, { ...body, key: `${actor.accountId}:${call.idempotencyKey}` });
  return (await describe(ctx, [fund.id]))[0]!;
}

const accountWords: Record<AccountKind, string> = {
  source: '资金来源',
  available: '可用',
  reserved: '已批准待付',
  'in-transit': '银行处理中',
  paid: '已发放',
};

/** Every movement of a fund, newest first. */
export async function listTransfers(
  ctx: Ctx,
  { params, query }: InputOf<Disbursements['listTransfers']>,
): Promise<ReplyOf<Disbursements['listTransfers']>> {
  const fund = await fundInScope(ctx, params.id);
  let found = ctx.db
    .selectFrom('transfer')
    .where('transfer.fund_id', '=', fund.id)
    .where(within('transfer.union_path', ctx.scope.paths) as never);
  if (query.caseId) found = found.where('transfer.case_id', '=', query.caseId);
  const [rows, { total }] = await Promise.all([
    found
      .leftJoin('disbursement', 'disbursement.id', 'transfer.disbursement_id')
      .leftJoin('payment_batch', 'payment_batch.id', 'transfer.batch_id')
      .innerJoin('ledger_account as debit', 'debit.id', 'transfer.debit_account_id')
      .innerJoin('ledger_account as credit', 'credit.id', 'transfer.credit_account_id')
      .select([
        'transfer.id',
        'transfer.kind',
        'debit.kind as debit',
        'credit.kind as credit',
        'transfer.amount_fen as amountFen',
        'transfer.case_id as caseId',
        'disbursement.case_number as caseNumber',
        'payment_batch.number as batchNumber',
        'transfer.by_name as by',
        'transfer.at',
        'transfer.note',
      ])
      .orderBy('transfer.at', 'desc')
      .orderBy('transfer.id', 'desc')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
    found.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow(),
  ]);
  const items = rows.map((row) => ({
    ...row,
    kind: row.kind as TransferKind,
    debit: accountWords[row.debit as AccountKind],
    credit: accountWords[row.credit as AccountKind],
    at: row.at.toISOString(),
  }));
  return { items, total, page: query.page, pageSize: query.pageSize };
}
