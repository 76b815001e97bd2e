import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import { lockBatch } from './batches.ts';
import { requireCadre } from './four-eyes.ts';
import { showException } from './list-exceptions.ts';
import { yuan } from './ledger.ts';
import { paymentNotOpen, payments, type Payment } from './payment.ts';
import { refreshBatch } from './refresh-batch.ts';

type Disbursements = typeof contract.disbursements;

/**
 * The bank gave back a payment it had reported as paid, and says so outside any return file. It goes to the exceptions
 * queue; nothing is booked until it is settled there.
 */
export async function reportRefund(
  ctx: Ctx,
  { params, body }: InputOf<Disbursements['reportRefund']>,
): Promise<ReplyOf<Disbursements['reportRefund']>> {
  requireCadre(ctx);
  const found = (await payments(ctx)
    .where('id', '=', params.id)
    .where(within<'disbursement'>('disbursement.union_path', ctx.scope.paths))
    .executeTakeFirst()) as Payment | undefined;
  if (!found) throw new DomainError('thing-not-found');
  if (found.status !== 'paid' || !found.batchId) throw paymentNotOpen(found.status);
  const batch = await lockBatch(ctx, found.batchId);
  const open = await ctx.db
    .selectFrom('payment_exception')
    .select('id')
    .where('disbursement_id', '=', found.id)
    .where('kind', '=', 'refund')
    .where('status', '=', 'open')
    .executeTakeFirst();
  if (open) throw new DomainError('row-conflict');
  const id = ctx.id();
  await ctx.db
    .insertInto('payment_exception')
    .values({
      id,
      batch_id: batch.id,
      disbursement_id: found.id,
      kind: 'refund',
      text: `${found.caseNumber} 已到账的 ${yuan(found.amountFen)} 元被银行退回：${body.note}`,
      amount_fen: found.amountFen,
      expected_fen: found.amountFen,
      union_path: batch.unionPath,
      status: 'open',
      created_at: ctx.now,
    })
    .execute();
  await refreshBatch(ctx, batch.id);
  await record(ctx, {
    kind: 'refund.reported',
    subject: 'disbursement',
    subjectId: found.id,
    unionPath: found.unionPath,
    data: { note: body.note, amountFen: found.amountFen },
  });
  return showException(ctx, id);
}
