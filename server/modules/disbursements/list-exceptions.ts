import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { holdsOver } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import { involvedIn } from './four-eyes.ts';

type Disbursements = typeof contract.disbursements;
type Exception = ReplyOf<Disbursements['resolveException']>;

const exceptions = (ctx: Ctx) =>
  ctx.db
    .selectFrom('payment_exception')
    .leftJoin('payment_batch', 'payment_batch.id', 'payment_exception.batch_id')
    .leftJoin('disbursement', 'disbursement.id', 'payment_exception.disbursement_id')
    .leftJoin('payment_line', (join) =>
      join
        .onRef('payment_line.batch_id', '=', 'payment_exception.batch_id')
        .onRef('payment_line.disbursement_id', '=', 'payment_exception.disbursement_id'),
    )
    .where(within('payment_exception.union_path', ctx.scope.paths) as never);

const columns = [
  'payment_exception.id',
  'payment_exception.batch_id as batchId',
  'payment_batch.number as batchNumber',
  'payment_exception.kind',
  'payment_exception.text',
  'payment_exception.row_number as rowNumber',
  'payment_exception.amount_fen as amountFen',
  'payment_exception.expected_fen as expectedFen',
  'payment_exception.status',
  'payment_exception.resolution',
  'payment_exception.created_at as createdAt',
  'payment_exception.union_path as unionPath',
  'disbursement.status as paymentStatus',
  'disbursement.id as paymentId',
  'payment_line.result as lineResult',
] as const;

/** What a bank may mean by it that it gave a payment back. */
export const returnable: readonly string[] = ['contradiction', 'refund'];

interface Row extends Omit<Exception, 'createdAt' | 'can' | 'kind' | 'status'> {
  kind: string;
  status: string;
  createdAt: Date;
  unionPath: string;
  paymentStatus: string | null;
  paymentId: string | null;
  lineResult: string | null;
}

/** How a payment could be booked from here, four eyes aside. */
function bookable({ kind, paymentStatus, lineResult }: Row): string[] {
  if (paymentStatus === 'exception') return ['book'];
  return paymentStatus === 'paid' && lineResult === 'ok' && returnable.includes(kind) ? ['return'] : [];
}

/** Payments among these rows that the actor approved or is paid by: she settles them in words only. */
async function forbiddenIn(ctx: Ctx, rows: readonly Row[]): Promise<Set<string>> {
  const ids = rows.flatMap((row) => (row.status === 'open' && row.paymentId ? [row.paymentId] : []));
  return ctx.actor.kind === 'cadre' && ids.length > 0 ? involvedIn(ctx, ctx.actor, ids) : new Set();
}

function describe(ctx: Ctx, found: Row, forbidden: Set<string>): Exception {
  const { unionPath, paymentStatus: _status, paymentId, lineResult: _result, createdAt, ...row } = found;
  const open = row.status === 'open' && holdsOver(ctx.actor, 'disbursements.reconcile', unionPath);
  const mayBook = paymentId !== null && !forbidden.has(paymentId);
  return {
    ...row,
    kind: row.kind as Exception['kind'],
    status: row.status as Exception['status'],
    createdAt: createdAt.toISOString(),
    can: open ? ['resolve', ...(mayBook ? bookable(found) : [])] : [],
  };
}

export async function showException(ctx: Ctx, id: string): Promise<Exception> {
  const row = await exceptions(ctx).select(columns).where('payment_exception.id', '=', id).executeTakeFirst();
  if (!row) throw new DomainError('thing-not-found');
  return describe(ctx, row, await forbiddenIn(ctx, [row]));
}

/** Return lines that did not fit, newest first. */
export async function listExceptions(
  ctx: Ctx,
  { query }: InputOf<Disbursements['listExceptions']>,
): Promise<ReplyOf<Disbursements['listExceptions']>> {
  let found = exceptions(ctx);
  if (query.status) found = found.where('payment_exception.status', '=', query.status);
  const [rows, { total }] = await Promise.all([
    found
      .select(columns)
      .orderBy('payment_exception.created_at', 'desc')
      .orderBy('payment_exception.row_number')
      .orderBy('payment_exception.id')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
    found.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow(),
  ]);
  const forbidden = await forbiddenIn(ctx, rows);
  return {
    items: rows.map((row) => describe(ctx, row, forbidden)),
    total,
    page: query.page,
    pageSize: query.pageSize,
  };
}
