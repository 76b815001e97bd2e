import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { ClaimRecord, Payer } from '../claims/index.ts';
import { bankCardOf } from '../members/index.ts';
import { fundFor, getFund } from './funds.ts';
import { post, requireCover } from './ledger.ts';
import {
  cardPlace,
  changeWaiting,
  lockPaymentOf,
  paymentNotOpen,
  type Payment,
  type PaymentStatus,
} from './payment.ts';
import { payOut } from './pay-out.ts';
import { cancelPayment } from './take-back.ts';

const cardMissing = '还没有银行卡号';

type Card = { number: string; masked: string } | null;

/** Status and card of a payment that nothing has happened to yet. */
function startOf(ctx: Ctx, paymentId: string, channel: ClaimRecord['channel'], card: Card) {
  if (channel === 'home-visit')
    return { status: 'visit-due' as PaymentStatus, failure_reason: null, bank_card_masked: null };
  if (!card) return { status: 'failed' as PaymentStatus, failure_reason: cardMissing };
  return {
    status: 'ready' as PaymentStatus,
    failure_reason: null,
    bank_card_sealed: ctx.pii.seal(cardPlace(paymentId), card.number),
    bank_card_masked: card.masked,
  };
}

/**
 * An approved claim becomes a payment, and its money is promised: `available → reserved`. The transfer itself is the
 * record of it (append-only, named, dated), beside the audit row of the approval; this path is the busiest of all.
 */
async function approved(ctx: Ctx, claim: ClaimRecord): Promise<void> {
  const [fund, card, applicant] = await Promise.all([
    fundFor(ctx, claim.fund, claim.unionPath),
    bankCardOf(ctx, claim.memberId),
    ctx.db
      .selectFrom('case')
      .select(['applicant_name', 'union_id'])
      .where('id', '=', claim.caseId)
      .executeTakeFirstOrThrow(),
  ]);
  requireCover(ctx, fund, claim.amountFen);
  const id = ctx.id();
  const of = { memberId: claim.memberId, caseId: claim.caseId, disbursementId: id };
  await Promise.all([
    ctx.db
      .insertInto('disbursement')
      .values({
        id,
        case_id: claim.caseId,
        case_number: claim.caseNumber,
        instalment: 1,
        member_id: claim.memberId,
        payee_name: applicant.applicant_name,
        union_id: applicant.union_id,
        union_path: claim.unionPath,
        fund_id: fund.id,
        amount_fen: claim.amountFen,
        channel: claim.channel,
        ...startOf(ctx, id, claim.channel, card),
        approved_by: ctx.actor.kind === 'cadre' ? ctx.actor.accountId : null,
        approved_at: ctx.now,
      })
      .execute(),
    post(ctx, fund, 'reserve', [
      {
        ...of,
        businessKey: `reserve:${claim.caseId}:1`,
        amountFen: claim.amountFen,
        unionPath: claim.unionPath,
      },
    ]),
    changeWaiting(ctx, claim.unionPath, 1),
  ]);
}

/** By visit instead of by card, or back, while nothing is on its way. */
async function channelChanged(ctx: Ctx, claim: ClaimRecord): Promise<void> {
  const payment = await lockPaymentOf(ctx, claim.caseId);
  if (!['ready', 'failed', 'visit-due'].includes(payment.status)) throw paymentNotOpen(payment.status);
  const card = await bankCardOf(ctx, claim.memberId);
  await ctx.db
    .updateTable('disbursement')
    .set({
      channel: claim.channel,
      ...startOf(ctx, payment.id, claim.channel, card),
      batch_id: null,
    })
    .where('id', '=', payment.id)
    .execute();
}

async function visited(ctx: Ctx, claim: ClaimRecord): Promise<string> {
  const payment: Payment = await lockPaymentOf(ctx, claim.caseId);
  if (payment.status !== 'visit-due') throw paymentNotOpen(payment.status);
  if (payment.amountFen !== claim.amountFen) throw new DomainError('version-stale');
  await post(ctx, await getFund(ctx, payment.fundId), 'visit', [
    {
      businessKey: `visit:${payment.id}`,
      amountFen: payment.amountFen,
      unionPath: payment.unionPath,
      memberId: payment.memberId,
      caseId: payment.caseId,
      disbursementId: payment.id,
    },
  ]);
  await payOut(ctx, [payment]);
  return 'paid';
}

/** What claims ask of us. */
export const payer: Payer = { approved, channelChanged, visited, cancelled: cancelPayment };
