import { checkBankCard } from '@smart-union/catalogue-kit/checks/bank-card.ts';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import { bankCardOf, setBankCard } from '../members/index.ts';
import { notify } from '../notifications/index.ts';
import { requireCadre } from './four-eyes.ts';
import { showPayment } from './list-payments.ts';
import { cardPlace, lockPaymentOf, paymentNotOpen, payments, type Payment } from './payment.ts';

type Disbursements = typeof contract.disbursements;

/** The card typed becomes the member's. Throws `card-invalid` at the field of this form. */
function giveCard(ctx: Ctx, payment: Payment, typed: string) {
  const card = checkBankCard(typed);
  if (!card.ok) throw new DomainError('card-invalid', {}, [{ ...card, field: 'bankCard' }]);
  return setBankCard(ctx, payment.memberId, card.cardNumber);
}

/** The member's present card becomes the payment's, sealed anew in its place; the payment is ready again. */
async function makeReady(ctx: Ctx, payment: Payment, correctedBy: string | null): Promise<string> {
  if (payment.status !== 'failed') throw paymentNotOpen(payment.status);
  const card = await bankCardOf(ctx, payment.memberId);
  if (!card) throw new DomainError('card-missing');
  await ctx.db
    .updateTable('disbursement')
    .set({
      status: 'ready',
      failure_reason: null,
      batch_id: null,
      bank_card_sealed: ctx.pii.seal(cardPlace(payment.id), card.number),
      bank_card_masked: card.masked,
      ...(correctedBy ? { corrected_by: correctedBy } : {}),
    })
    .where('id', '=', payment.id)
    .execute();
  return card.masked;
}

/**
 * A cadre makes a failed payment ready again, with the member's present card or one she dictated. Whoever gave a card
 * may not release it, and the member is told.
 */
export async function correctCard(
  ctx: Ctx,
  { params, body }: InputOf<Disbursements['correctCard']>,
): Promise<ReplyOf<Disbursements['correctCard']>> {
  const actor = requireCadre(ctx);
  const found = await payments(ctx)
    .where('id', '=', params.id)
    .where(within<'disbursement'>('disbursement.union_path', ctx.scope.paths))
    .forUpdate()
    .executeTakeFirst();
  if (!found) throw new DomainError('thing-not-found');
  const payment = found as Payment;
  if (payment.status !== 'failed') throw paymentNotOpen(payment.status);
  const given = body.bankCard ? await giveCard(ctx, payment, body.bankCard) : null;
  const masked = await makeReady(ctx, payment, given ? actor.accountId : null);
  if (given) {
    await notify(ctx, {
      to: { memberId: payment.memberId },
      title: '收款银行卡已更换',
      text: `${actor.office}把您的收款银行卡改成了尾号 ${masked.slice(-4)} 的卡：${body.note}。如果不是您要求的，请马上联系本单位工会，或拨打 12351。`,
      titleEn: 'Your bank card was changed',
      textEn: `${actor.office} changed the card you are paid on to the one ending in ${masked.slice(-4)}: ${body.note}. If you did not ask for this, tell your own union at once or call 12351.`,
      caseId: payment.caseId,
    });
  }
  await record(ctx, {
    kind: 'disbursement.corrected',
    subject: 'disbursement',
    subjectId: payment.id,
    unionPath: payment.unionPath,
    data: { note: body.note, newCard: given !== null },
  });
  return showPayment(ctx, payment.id);
}

/** The member herself gives another card after the bank refused. */
export async function correctMyCard(
  ctx: Ctx,
  { params, body }: InputOf<Disbursements['correctMyCard']>,
): Promise<ReplyOf<Disbursements['correctMyCard']>> {
  if (ctx.actor.kind !== 'member') throw new DomainError('permission-missing');
  const payment = await lockPaymentOf(ctx, params.id);
  if (payment.memberId !== ctx.actor.memberId) throw new DomainError('thing-not-found');
  if (payment.status !== 'failed') throw paymentNotOpen(payment.status);
  await giveCard(ctx, payment, body.bankCard);
  const bankCardMasked = await makeReady(ctx, payment, null);
  await record(ctx, {
    kind: 'disbursement.corrected',
    subject: 'disbursement',
    subjectId: payment.id,
    unionPath: payment.unionPath,
    data: { newCard: true },
  });
  return { ok: true, bankCardMasked };
}
