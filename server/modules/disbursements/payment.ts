import type { contract, ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { addDeltas } from '../../kernel/rollups.ts';
import type { Sealed } from '../../kernel/sealed.ts';

type Disbursements = typeof contract.disbursements;
export type PaymentStatus = ReplyOf<Disbursements['correctCard']>['status'];
export type BatchStatus = ReplyOf<Disbursements['getBatch']>['status'] | 'cancelled';

/** A row of `disbursement` in our words. */
export interface Payment {
  id: string;
  caseId: string;
  caseNumber: string;
  memberId: string;
  payeeName: string;
  unionPath: string;
  fundId: string;
  amountFen: number;
  channel: 'bank-card' | 'home-visit';
  bankCardSealed: Sealed | null;
  bankCardMasked: string | null;
  status: PaymentStatus;
  batchId: string | null;
}

const columns = [
  'id',
  'case_id as caseId',
  'case_number as caseNumber',
  'member_id as memberId',
  'payee_name as payeeName',
  'union_path as unionPath',
  'fund_id as fundId',
  'amount_fen as amountFen',
  'channel',
  'bank_card_sealed as bankCardSealed',
  'bank_card_masked as bankCardMasked',
  'status',
  'batch_id as batchId',
] as const;

/** Payments as the caller's scope lets through, to be narrowed and locked. */
export const payments = (ctx: Ctx) => ctx.db.selectFrom('disbursement').select(columns);

/** The payment of a case, locked. Throws `thing-not-found`. */
export async function lockPaymentOf(ctx: Ctx, caseId: string): Promise<Payment> {
  const found = await payments(ctx)
    .where('case_id', '=', caseId)
    .orderBy('instalment', 'desc')
    .limit(1)
    .forUpdate()
    .executeTakeFirst();
  if (!found) throw new DomainError('thing-not-found');
  return found as Payment;
}

type Words = readonly [zh: string, en: string];

const paymentWords: Record<PaymentStatus, Words> = {
  ready: ['待付款', 'waiting for payment'],
  batched: ['已入批次', 'in a batch'],
  sent: ['已送银行', 'with the bank'],
  paid: ['已到账', 'paid'],
  failed: ['银行退回', 'refused by the bank'],
  exception: ['对账异常', 'in doubt'],
  'visit-due': ['待上门慰问', 'waiting for a visit'],
  cancelled: ['已取消', 'cancelled'],
};

export const paymentNotOpen = (status: PaymentStatus) => refused('payment-not-open', paymentWords[status]);

const batchWords: Record<BatchStatus, Words> = {
  draft: ['草稿', 'a draft'],
  locked: ['待放行', 'waiting for release'],
  exported: ['已放行，待送银行', 'released, not sent yet'],
  sent: ['已送银行', 'with the bank'],
  returned: ['已回盘，未对平', 'answered by the bank, not reconciled'],
  reconciled: ['已对平', 'reconciled'],
  cancelled: ['已取消', 'cancelled'],
};

export const batchNotOpen = (status: string) => refused('batch-not-open', batchWords[status as BatchStatus]);

function refused(code: 'payment-not-open' | 'batch-not-open', [status, statusEn]: Words) {
  return new DomainError(code, { status, statusEn });
}

/** Where a card of a payment, and of a line of a bank file, is sealed. */
export const cardPlace = (paymentId: string) => ({
  table: 'disbursement',
  column: 'bank_card_sealed',
  row: paymentId,
});
export const linePlace = (batchId: string, sequence: number) => ({
  table: 'payment_line',
  column: 'bank_card_sealed',
  row: `${batchId} ${sequence}`,
});

/** Unpaid money in the wall's funnel: cases whose claim is approved and whose money has not arrived. */
export const waitingDelta = (unionPath: string, amount: number) => ({
  unionPath,
  metric: 'stage:payment' as const,
  period: '',
  amount,
});

export const changeWaiting = (ctx: Ctx, unionPath: string, amount: number) =>
  addDeltas(ctx, [waitingDelta(unionPath, amount)]);
