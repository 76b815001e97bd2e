import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import { lockBatch } from './batches.ts';
import { involvedIn, requireCadre } from './four-eyes.ts';
import { getFund } from './funds.ts';
import { lineKey } from './import-return.ts';
import { returnable, showException } from './list-exceptions.ts';
import { post, type TransferKind } from './ledger.ts';
import { failPayments, payOut } from './pay-out.ts';
import { paymentNotOpen, payments, type Payment } from './payment.ts';
import { refreshBatch } from './refresh-batch.ts';
import { unpay } from './take-back.ts';

type Disbursements = typeof contract.disbursements;
type Outcome = NonNullable<InputOf<Disbursements['resolveException']>['body']['outcome']>;

async function lockPayment(ctx: Ctx, id: string): Promise<Payment> {
  const found = await payments(ctx).where('id', '=', id).forUpdate().executeTakeFirst();
  if (!found) throw new DomainError('thing-not-found');
  return found as Payment;
}

/** Books what the bank said. A payment in doubt is with the bank still, or was refused and is held back; one that arrived may be given back. */
async function book(
  ctx: Ctx,
  batchId: string,
  payment: Payment,
  outcome: Outcome,
  reason: string,
): Promise<void> {
  const line = await ctx.db
    .selectFrom('payment_line')
    .select(['sequence', 'result'])
    .where('batch_id', '=', batchId)
    .where('disbursement_id', '=', payment.id)
    .executeTakeFirstOrThrow();
  const fund = await getFund(ctx, payment.fundId);
  const write = async (kind: TransferKind) => {
    const { count } = await ctx.db
      .selectFrom('transfer')
      .select(sql<number>`count(*)`.as('count'))
      .where('disbursement_id', '=', payment.id)
      .where('batch_id', '=', batchId)
      .where('kind', '=', kind)
      .executeTakeFirstOrThrow();
    // A line that was refused, paid after all and given back passes the same way twice: each time is its own transfer.
    const key = lineKey(kind, batchId, payment.id);
    await post(ctx, fund, kind, [
      {
        businessKey: count === 0 ? key : `${key}:${count + 1}`,
        amountFen: payment.amountFen,
        unionPath: payment.unionPath,
        memberId: payment.memberId,
        caseId: payment.caseId,
        disbursementId: payment.id,
        batchId,
        note: reason,
      },
    ]);
  };
  const wasRefused = line.result === 'rejected';
  if (outcome === 'returned') {
    if (line.result !== 'ok') throw paymentNotOpen(payment.status);
    await write('refund');
    await unpay(ctx, payment, reason);
  } else if (outcome === 'paid') {
    if (wasRefused) await write('send');
    await write('settle');
    await payOut(ctx, [payment]);
  } else {
    if (!wasRefused) await write('reject');
    await failPayments(ctx, [{ payment, reason }]);
  }
  await ctx.db
    .updateTable('payment_line')
    .set({ result: outcome === 'paid' ? 'ok' : 'rejected', reason, settled_at: ctx.now })
    .where('batch_id', '=', batchId)
    .where('sequence', '=', line.sequence)
    .execute();
}

/**
 * A person says how an exception was settled. With an outcome, the payment in doubt is booked so; then not by its payee
 * or by who approved it.
 */
export async function resolveException(
  ctx: Ctx,
  { params, body }: InputOf<Disbursements['resolveException']>,
): Promise<ReplyOf<Disbursements['resolveException']>> {
  const actor = requireCadre(ctx);
  const found = await ctx.db
    .selectFrom('payment_exception')
    .select(['id', 'kind', 'batch_id', 'disbursement_id', 'union_path'])
    .where('id', '=', params.id)
    .where(within<'payment_exception'>('payment_exception.union_path', ctx.scope.paths))
    .executeTakeFirst();
  if (!found?.batch_id) throw new DomainError('thing-not-found');
  // Batch first, as everywhere: two who settle lines of one batch come one after the other.
  const batch = await lockBatch(ctx, found.batch_id);
  const resolved = await ctx.db
    .updateTable('payment_exception')
    .set({
      status: 'resolved',
      resolution: body.resolution,
      resolved_by: actor.accountId,
      resolved_at: ctx.now,
    })
    .where('id', '=', found.id)
    .where('status', '=', 'open')
    .returning('id')
    .executeTakeFirst();
  if (!resolved) throw new DomainError('row-conflict');
  if (body.outcome) {
    if (!found.disbursement_id) throw paymentNotOpen('cancelled');
    const payment = await lockPayment(ctx, found.disbursement_id);
    // What the bank gave back had arrived; everything else is in doubt.
    const expected = body.outcome === 'returned' ? 'paid' : 'exception';
    const regards = body.outcome !== 'returned' || returnable.includes(found.kind);
    if (payment.status !== expected || !regards) throw paymentNotOpen(payment.status);
    if ((await involvedIn(ctx, actor, [payment.id])).size > 0) throw new DomainError('release-same-person');
    await book(ctx, batch.id, payment, body.outcome, body.resolution);
  }
  await refreshBatch(ctx, batch.id);
  await record(ctx, {
    kind: 'exception.resolved',
    subject: 'payment-exception',
    subjectId: found.id,
    unionPath: found.union_path,
    data: { outcome: body.outcome ?? null, batchId: batch.id },
  });
  return showException(ctx, found.id);
}
