import { sql } from 'kysely';
import { record } from '../../kernel/audit.ts';
import { dayOf } from '../../kernel/clock.ts';
import type { Ctx } from '../../kernel/context.ts';
import { addDeltas, type Delta } from '../../kernel/rollups.ts';
import { reopenCase } from '../cases/index.ts';
import { markUnpaid, type ClaimRecord } from '../claims/index.ts';
import { notify } from '../notifications/index.ts';
import { getFund } from './funds.ts';
import { post, yuan } from './ledger.ts';
import { batchNotOpen, changeWaiting, lockPaymentOf, paymentNotOpen, waitingDelta } from './payment.ts';
import type { Payment } from './payment.ts';

/** Promised, and nothing of it has left. */
const untouched: readonly string[] = ['ready', 'failed', 'visit-due'];

/** May the promise still be taken back? A payment in a batch is, until the batch is released. */
export const isTakeable = (status: string, batchStatus: string | null) =>
  untouched.includes(status) || (status === 'batched' && batchStatus === 'locked');

/** Takes a payment out of a batch nobody has released; a batch left empty is dissolved. */
async function takeOutOfBatch(ctx: Ctx, payment: Pick<Payment, 'id' | 'amountFen'>, batchId: string) {
  const batch = await ctx.db
    .selectFrom('payment_batch')
    .select(['status', 'line_count', 'union_path'])
    .where('id', '=', batchId)
    .forUpdate()
    .executeTakeFirstOrThrow();
  if (batch.status !== 'locked') throw batchNotOpen(batch.status);
  await ctx.db
    .updateTable('payment_line')
    .set({ result: 'cancelled' })
    .where('batch_id', '=', batchId)
    .where('disbursement_id', '=', payment.id)
    .execute();
  await ctx.db
    .updateTable('payment_batch')
    .set((eb) => ({
      line_count: eb('line_count', '-', 1),
      total_fen: eb('total_fen', '-', payment.amountFen),
      ...(batch.line_count === 1 ? { status: 'cancelled' } : {}),
    }))
    .where('id', '=', batchId)
    .execute();
  await record(ctx, {
    kind: 'batch.line-removed',
    subject: 'payment-batch',
    subjectId: batchId,
    unionPath: batch.union_path,
    data: { amountFen: payment.amountFen },
  });
}

/** The approval was taken back: what was promised is free again (`reserved → available`). Batch first, then payment. */
export async function cancelPayment(ctx: Ctx, claim: ClaimRecord): Promise<void> {
  const seen = await ctx.db
    .selectFrom('disbursement')
    .select(['id', 'status', 'amount_fen as amountFen', 'batch_id'])
    .where('case_id', '=', claim.caseId)
    .orderBy('instalment', 'desc')
    .executeTakeFirstOrThrow();
  if (seen.status === 'batched' && seen.batch_id) await takeOutOfBatch(ctx, seen, seen.batch_id);
  const payment = await lockPaymentOf(ctx, claim.caseId);
  if (payment.status !== seen.status || !(untouched.includes(payment.status) || payment.status === 'batched'))
    throw paymentNotOpen(payment.status);
  await post(ctx, await getFund(ctx, payment.fundId), 'release', [
    {
      businessKey: `release:${payment.id}`,
      amountFen: payment.amountFen,
      unionPath: payment.unionPath,
      memberId: payment.memberId,
      caseId: payment.caseId,
      disbursementId: payment.id,
    },
  ]);
  await ctx.db
    .updateTable('disbursement')
    .set({ status: 'cancelled', batch_id: null })
    .where('id', '=', payment.id)
    .execute();
  await changeWaiting(ctx, payment.unionPath, -1);
}

/** What the wall was told when the money arrived, told back. */
async function untold(ctx: Ctx, payment: Payment, paidAt: Date): Promise<Delta[]> {
  const { promised_on: promisedOn } = await ctx.db
    .selectFrom('case')
    .select('promised_on')
    .where('id', '=', payment.caseId)
    .executeTakeFirstOrThrow();
  const [{ unionPath, amountFen, fundId }, day] = [payment, dayOf(paidAt)];
  const year = day.slice(0, 4);
  return [
    waitingDelta(unionPath, 1),
    ...[day, year].flatMap((period) => [
      { unionPath, metric: 'paid-fen' as const, period, amount: -amountFen },
      { unionPath, metric: 'paid-count' as const, period, amount: -1 },
    ]),
    { unionPath, metric: `fund:${fundId}` as const, period: year, amount: -amountFen },
    ...(promisedOn === null || day <= promisedOn
      ? [{ unionPath, metric: 'paid-on-time' as const, period: year, amount: -1 }]
      : []),
  ];
}

/**
 * The bank gave back what had arrived (the transfer `paid → reserved` is posted): the payment has failed after all, claim
 * and case are open again, and the member is asked for another card.
 */
export async function unpay(ctx: Ctx, payment: Payment, reason: string): Promise<void> {
  const before = await ctx.db
    .selectFrom('disbursement')
    .select('paid_at')
    .where('id', '=', payment.id)
    .executeTakeFirstOrThrow();
  await addDeltas(ctx, await untold(ctx, payment, before.paid_at!));
  await sql`
    update disbursement set status = 'failed', failure_reason = ${reason}, paid_at = null
    where id = ${payment.id}`.execute(ctx.db);
  await markUnpaid(ctx, payment.caseId);
  await reopenCase(ctx, payment.caseId);
  await notify(ctx, {
    to: { memberId: payment.memberId },
    title: '银行退回了已付的款，请更换银行卡',
    text: `打到您尾号 ${payment.bankCardMasked?.slice(-4) ?? ''} 的银行卡的 ${yuan(payment.amountFen)} 元被银行退回：${reason}。请在「申请进度」里换一张本人的银行卡，换好后下一批就会付款，不用重新申请。`,
    titleEn: 'The bank took back what it had paid; please give another card',
    textEn: `The ¥${yuan(payment.amountFen)} paid to the card ending in ${payment.bankCardMasked?.slice(-4) ?? ''} came back (the bank says: ${reason}). Please give another card of your own on the progress page; it is paid with the next batch, without a new application.`,
    caseId: payment.caseId,
  });
}
