import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { isWithin } from '../../kernel/access.ts';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import { getBatch, lockBatch } from './batches.ts';
import { involvedIn, requireCadre } from './four-eyes.ts';
import { getFund, type Fund } from './funds.ts';
import { batchNotOpen, cardPlace, linePlace, payments, type Payment } from './payment.ts';

type Disbursements = typeof contract.disbursements;

/** A bank takes so many lines in a file. */
const linesPerBatch = 20_000;

/** Locks the fund's ready payments, all or those named; what another batch is taking just now is passed over. */
async function takeReady(ctx: Ctx, fund: Fund, named: readonly string[] | undefined): Promise<Payment[]> {
  let ready = payments(ctx)
    .where('fund_id', '=', fund.id)
    .where('status', '=', 'ready')
    .where('channel', '=', 'bank-card')
    .where(within<'disbursement'>('disbursement.union_path', ctx.scope.paths));
  if (named) ready = ready.where((eb) => eb('id', '=', eb.fn.any(eb.val([...named]))));
  const taken = await ready
    .orderBy('approved_at')
    .orderBy('id')
    .limit(linesPerBatch)
    .forUpdate()
    .skipLocked()
    .execute();
  return taken as Payment[];
}

/** Running number of the day; when two batches begin at once the later takes the next. */
async function insertBatch(ctx: Ctx, fund: Fund, lines: readonly Payment[]): Promise<string> {
  const id = ctx.id();
  const day = ctx.today.replaceAll('-', '');
  const { count } = await ctx.db
    .selectFrom('payment_batch')
    .select(sql<number>`count(*)`.as('count'))
    .where('number', 'like', `PB${day}-%`)
    .executeTakeFirstOrThrow();
  for (let next = count + 1; ; next += 1) {
    const inserted = await ctx.db
      .insertInto('payment_batch')
      .values({
        id,
        number: `PB${day}-${String(next).padStart(4, '0')}`,
        fund_id: fund.id,
        union_path: fund.unionPath,
        status: 'locked',
        line_count: lines.length,
        total_fen: lines.reduce((sum, line) => sum + line.amountFen, 0),
        prepared_by: requireCadre(ctx).accountId,
        created_at: ctx.now,
      })
      .onConflict((conflict) => conflict.column('number').doNothing())
      .returning('id')
      .executeTakeFirst();
    if (inserted) return id;
  }
}

async function insertLines(ctx: Ctx, batchId: string, lines: readonly Payment[]): Promise<void> {
  const cards = lines.map((line, index) => {
    const number = ctx.pii.unseal(cardPlace(line.id), line.bankCardSealed!);
    return ctx.pii.seal(linePlace(batchId, index + 1), number);
  });
  await sql`
    insert into payment_line (batch_id, sequence, disbursement_id, amount_fen, bank_card_sealed, bank_card_masked, result)
    select ${batchId}::uuid, n, id, amount, card, masked, 'pending'
    from unnest(${lines.map((line) => line.id)}::uuid[], ${lines.map((line) => line.amountFen)}::bigint[],
      ${cards}::bytea[], ${lines.map((line) => line.bankCardMasked)}::text[])
      with ordinality as l (id, amount, card, masked, n)`.execute(ctx.db);
}

/**
 * Puts ready payments of a fund into a batch and locks it. Those the preparer approved or is paid by stay out: named,
 * they refuse the batch; when all are taken, they wait for somebody else.
 */
export async function createBatch(
  ctx: Ctx,
  { body }: InputOf<Disbursements['createBatch']>,
): Promise<ReplyOf<Disbursements['createBatch']>> {
  const actor = requireCadre(ctx);
  const fund = await getFund(ctx, body.fundId);
  if (!isWithin(fund.unionPath, ctx.scope.paths)) throw new DomainError('thing-not-found');
  const ready = await takeReady(ctx, fund, body.disbursementIds);
  if (body.disbursementIds && ready.length < new Set(body.disbursementIds).size) {
    throw new DomainError('payment-not-open', {
      status: '有的款项不在待付款',
      statusEn: 'some do not wait for payment',
    });
  }
  const ids = ready.map((payment) => payment.id);
  const involved = await involvedIn(ctx, actor, ids);
  const lines = ready.filter((payment) => !involved.has(payment.id));
  if (involved.size > 0 && (body.disbursementIds || lines.length === 0))
    throw new DomainError('prepare-same-person');
  if (lines.length === 0) throw new DomainError('batch-empty');
  const batchId = await insertBatch(ctx, fund, lines);
  await Promise.all([
    insertLines(ctx, batchId, lines),
    ctx.db
      .updateTable('disbursement')
      .set({ status: 'batched', batch_id: batchId })
      .where((eb) => eb('id', '=', eb.fn.any(eb.val(lines.map((line) => line.id)))))
      .execute(),
    record(ctx, {
      kind: 'batch.locked',
      subject: 'payment-batch',
      subjectId: batchId,
      unionPath: fund.unionPath,
      data: { lines: lines.length, totalFen: lines.reduce((sum, line) => sum + line.amountFen, 0) },
    }),
  ]);
  return getBatch(ctx, batchId);
}

/** Dissolves a batch nobody has released; its payments are ready again. */
export async function cancelBatch(
  ctx: Ctx,
  { params }: InputOf<Disbursements['cancelBatch']>,
): Promise<ReplyOf<Disbursements['cancelBatch']>> {
  const batch = await lockBatch(ctx, params.id);
  if (batch.status !== 'locked') throw batchNotOpen(batch.status);
  await Promise.all([
    ctx.db
      .updateTable('disbursement')
      .set({ status: 'ready', batch_id: null })
      .where('batch_id', '=', batch.id)
      .execute(),
    ctx.db
      .updateTable('payment_line')
      .set({ result: 'cancelled' })
      .where('batch_id', '=', batch.id)
      .execute(),
    ctx.db.updateTable('payment_batch').set({ status: 'cancelled' }).where('id', '=', batch.id).execute(),
    record(ctx, {
      kind: 'batch.cancelled',
      subject: 'payment-batch',
      subjectId: batch.id,
      unionPath: batch.unionPath,
    }),
  ]);
  return { ok: true };
}
