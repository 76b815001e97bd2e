import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { holds, holdsOver } from '../../kernel/access.ts';
import { dayOf } from '../../kernel/clock.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { sortOf } from '../../kernel/db/sorting.ts';
import { DomainError } from '../../kernel/errors.ts';
import { involvedIn } from './four-eyes.ts';

type Disbursements = typeof contract.disbursements;
type Row = ReplyOf<Disbursements['correctCard']>;

const inScope = (ctx: Ctx) =>
  ctx.db.selectFrom('disbursement').where(within('disbursement.union_path', ctx.scope.paths) as never);

const columns = [
  'disbursement.id',
  'disbursement.case_id as caseId',
  'disbursement.case_number as caseNumber',
  'disbursement.payee_name as payeeName',
  'disbursement.member_id as memberId',
  'disbursement.union_id as unionId',
  'disbursement.union_path as unionPath',
  'union.name as unionName',
  'disbursement.amount_fen as amountFen',
  'disbursement.channel',
  'disbursement.bank_card_masked as bankCardMasked',
  'disbursement.status',
  'disbursement.failure_reason as failureReason',
  'payment_batch.number as batchNumber',
  'disbursement.approved_at as approvedAt',
  'disbursement.paid_at as paidAt',
] as const;

const shown = (found: ReturnType<typeof inScope>) =>
  found
    .innerJoin('union', 'union.id', 'disbursement.union_id')
    .leftJoin('payment_batch', 'payment_batch.id', 'disbursement.batch_id')
    .select(columns);

type Found = Awaited<ReturnType<ReturnType<typeof shown>['execute']>>[number];

function describe(ctx: Ctx, found: Found, involved: ReadonlySet<string>): Row {
  const { memberId: _member, unionId, unionName, unionPath, approvedAt, paidAt, ...row } = found;
  const can = [
    ...(row.status === 'failed' && holdsOver(ctx.actor, 'disbursements.prepare', unionPath)
      ? ['correct']
      : []),
    ...(row.status === 'visit-due' &&
    !involved.has(row.id) &&
    holdsOver(ctx.actor, 'disbursements.visit', unionPath)
      ? ['visit']
      : []),
    ...(row.status === 'paid' &&
    row.batchNumber !== null &&
    holdsOver(ctx.actor, 'disbursements.reconcile', unionPath)
      ? ['refund']
      : []),
  ];
  return {
    ...row,
    channel: row.channel as Row['channel'],
    status: row.status as Row['status'],
    union: { id: unionId, name: unionName },
    approvedAt: approvedAt.toISOString(),
    paidAt: paidAt?.toISOString() ?? null,
    can,
  };
}

/** Visits due among these that the actor approved or is paid by: another records them. */
async function ownIn(ctx: Ctx, rows: readonly Found[]): Promise<Set<string>> {
  const due = rows.filter((row) => row.status === 'visit-due').map((row) => row.id);
  return ctx.actor.kind === 'cadre' && due.length > 0 && holds(ctx.actor, 'disbursements.visit')
    ? involvedIn(ctx, ctx.actor, due)
    : new Set();
}

/** One payment as screens show it. Throws `thing-not-found`. */
export async function showPayment(ctx: Ctx, id: string): Promise<Row> {
  const row = await shown(inScope(ctx)).where('disbursement.id', '=', id).executeTakeFirst();
  if (!row) throw new DomainError('thing-not-found');
  return describe(ctx, row, await ownIn(ctx, [row]));
}

const literal = (text: string) => text.replace(/[%_\\]/g, '\\$&');

const sorts = {
  payee: 'disbursement.payee_name',
  amount: 'disbursement.amount_fen',
  union: 'union.name',
  approvedAt: 'disbursement.approved_at',
  paidAt: 'disbursement.paid_at',
} as const;

type Query = Omit<InputOf<Disbursements['list']>['query'], 'page' | 'pageSize'>;

/** `q` is a case number or a payee's name. */
function wanted(ctx: Ctx, { status, fundId, caseId, q }: Query) {
  let found = inScope(ctx);
  if (status) found = found.where('disbursement.status', '=', status);
  if (fundId) found = found.where('disbursement.fund_id', '=', fundId);
  if (caseId) found = found.where('disbursement.case_id', '=', caseId);
  if (q) {
    found = found.where((eb) =>
      eb.or([
        eb('disbursement.case_number', 'like', `%${literal(q.toUpperCase())}%`),
        eb('disbursement.payee_name', 'like', `%${literal(q)}%`),
      ]),
    );
  }
  return found;
}

/** Rows `from` on, as the query sorts them; the latest approved first when it does not. Dates that are not there come last. */
export function pageOfPayments(ctx: Ctx, query: Query, from: number, count: number) {
  const { column, descending } = sortOf(sorts, query.sort ?? '-approvedAt');
  return shown(wanted(ctx, query))
    .orderBy(column ?? sorts.approvedAt, (by) => (descending ? by.desc() : by.asc()).nullsLast())
    .orderBy('disbursement.id', descending ? 'desc' : 'asc')
    .limit(count)
    .offset(from)
    .execute();
}

/** Payments of my scope. */
export async function listPayments(
  ctx: Ctx,
  { query }: InputOf<Disbursements['list']>,
): Promise<ReplyOf<Disbursements['list']>> {
  const { page, pageSize } = query;
  const [rows, { total }] = await Promise.all([
    pageOfPayments(ctx, query, (page - 1) * pageSize, pageSize),
    wanted(ctx, query)
      .select(sql<number>`count(*)`.as('total'))
      .executeTakeFirstOrThrow(),
  ]);
  const involved = await ownIn(ctx, rows);
  return { items: rows.map((row) => describe(ctx, row, involved)), total, page, pageSize };
}

/** Money paid to me, newest first. */
export async function listMyPayments(ctx: Ctx): Promise<ReplyOf<Disbursements['myPaymentDate']>> {
  if (ctx.actor.kind !== 'member') throw new DomainError('permission-missing');
  const rows = await ctx.db
    .selectFrom('disbursement')
    .innerJoin('case', 'case.id', 'disbursement.case_id')
    .innerJoin('catalogue_item', (join) =>
      join
        .onRef('catalogue_item.code', '=', 'case.item_code')
        .onRef('catalogue_item.version', '=', 'case.item_version'),
    )
    .select([
      'disbursement.case_id as caseId',
      sql<string>`catalogue_item.definition ->> 'title'`.as('itemTitle'),
      'disbursement.amount_fen as amountFen',
      'disbursement.paid_at as paidAt',
    ])
    .where('disbursement.member_id', '=', ctx.actor.memberId)
    .where('disbursement.status', '=', 'paid')
    .orderBy('disbursement.paid_at', 'desc')
    .limit(200)
    .execute();
  return { items: rows.map(({ paidAt, ...row }) => ({ ...row, paidOn: dayOf(paidAt!) })) };
}
