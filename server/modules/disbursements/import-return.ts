import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Call } from '../../kernel/http.ts';
import { getBatch, lockBatch, type LockedBatch } from './batches.ts';
import { requireCadre } from './four-eyes.ts';
import { getFund } from './funds.ts';
import { judgeReturn, type Found, type Judgement, type LineState } from './judge-return.ts';
import { post, type TransferKind } from './ledger.ts';
import { failPayments, payOut } from './pay-out.ts';
import { batchNotOpen, payments, type Payment } from './payment.ts';
import { readReturnFile } from './return-file.ts';
import { refreshBatch } from './refresh-batch.ts';

type Disbursements = typeof contract.disbursements;

async function linesOf(ctx: Ctx, batchId: string): Promise<LineState[]> {
  const rows = await ctx.db
    .selectFrom('payment_line')
    .innerJoin('disbursement', 'disbursement.id', 'payment_line.disbursement_id')
    .select([
      'payment_line.sequence',
      'payment_line.disbursement_id as paymentId',
      'disbursement.case_number as caseNumber',
      'payment_line.amount_fen as amountFen',
      'payment_line.result',
    ])
    .where('payment_line.batch_id', '=', batchId)
    .where('payment_line.result', '!=', 'cancelled')
    .orderBy('payment_line.sequence')
    .execute();
  return rows as LineState[];
}

async function lockPayments(ctx: Ctx, ids: readonly string[]): Promise<Map<string, Payment>> {
  const rows = await payments(ctx)
    .where((eb) => eb('id', '=', eb.fn.any(eb.val([...ids]))))
    .orderBy('id')
    .forUpdate()
    .execute();
  return new Map(rows.map((row) => [row.id, row as Payment]));
}

async function setResults(
  ctx: Ctx,
  batchId: string,
  lines: readonly { line: LineState; result: string; reason: string | null }[],
): Promise<void> {
  if (lines.length === 0) return;
  await sql`
    update payment_line l set result = r.result, reason = r.reason,
      settled_at = case when r.result in ('ok', 'rejected') then ${ctx.now}::timestamptz end
    from unnest(${lines.map(({ line }) => line.sequence)}::int[], ${lines.map(({ result }) => result)}::text[],
      ${lines.map(({ reason }) => reason)}::text[]) as r (sequence, result, reason)
    where l.batch_id = ${batchId} and l.sequence = r.sequence`.execute(ctx.db);
}

/** What a line's transfer back from the bank is booked under. */
export const lineKey = (kind: TransferKind, batchId: string, paymentId: string) =>
  `${kind}:${batchId}:${paymentId}`;

const postingOf = (kind: TransferKind, batchId: string, payment: Payment) => ({
  businessKey: lineKey(kind, batchId, payment.id),
  amountFen: payment.amountFen,
  unionPath: payment.unionPath,
  memberId: payment.memberId,
  caseId: payment.caseId,
  disbursementId: payment.id,
  batchId,
});

/** Payments in doubt wait for a person; so do refused ones the bank now calls paid, unless another batch has them. */
async function hold(ctx: Ctx, batchId: string, judgement: Judgement): Promise<void> {
  const ids = [...judgement.doubtful, ...judgement.held].map((line) => line.paymentId);
  if (ids.length === 0) return;
  await ctx.db
    .updateTable('disbursement')
    .set({ status: 'exception' })
    .where((eb) => eb('id', '=', eb.fn.any(eb.val(ids))))
    .where((eb) =>
      eb.or([
        eb('status', 'in', ['ready', 'failed']),
        eb.and([eb('status', '=', 'sent'), eb('batch_id', '=', batchId)]),
      ]),
    )
    .execute();
}

async function book(ctx: Ctx, batch: LockedBatch, judgement: Judgement): Promise<void> {
  const { settled, failed, doubtful } = judgement;
  const all = [...settled, ...failed.map(({ line }) => line)];
  const locked = await lockPayments(ctx, [
    ...all.map((line) => line.paymentId),
    ...[...doubtful, ...judgement.held].map((line) => line.paymentId),
  ]);
  const of = (line: LineState) => {
    const payment = locked.get(line.paymentId);
    if (!payment) throw new DomainError('thing-not-found');
    return payment;
  };
  for (const line of all) {
    const { status, batchId } = of(line);
    if (batchId !== batch.id || (status !== 'sent' && status !== 'exception'))
      throw new Error(`payment ${line.paymentId} does not await a result of ${batch.number}`);
  }
  const fund = await getFund(ctx, batch.fundId);
  const paid = settled.map(of);
  const refused = failed.map(({ line, reason }) => ({ payment: of(line), reason }));
  await post(
    ctx,
    fund,
    'settle',
    paid.map((payment) => postingOf('settle', batch.id, payment)),
  );
  await post(
    ctx,
    fund,
    'reject',
    refused.map(({ payment }) => postingOf('reject', batch.id, payment)),
  );
  await setResults(ctx, batch.id, [
    ...settled.map((line) => ({ line, result: 'ok', reason: null })),
    ...failed.map(({ line, reason }) => ({ line, result: 'rejected', reason })),
    ...doubtful.map((line) => ({ line, result: 'exception', reason: null })),
  ]);
  await hold(ctx, batch.id, judgement);
  await payOut(ctx, paid);
  await failPayments(ctx, refused);
  await clearDoubts(ctx, batch.id, all);
}

/** A later file gave a clean result for lines in doubt: what was open about them is settled by it. */
async function clearDoubts(ctx: Ctx, batchId: string, lines: readonly LineState[]): Promise<void> {
  const cleared = lines.filter((line) => line.result === 'exception').map((line) => line.paymentId);
  if (cleared.length === 0) return;
  await ctx.db
    .updateTable('payment_exception')
    .set({ status: 'resolved', resolution: '后续回盘文件已给出结果', resolved_at: ctx.now })
    .where('batch_id', '=', batchId)
    .where((eb) => eb('disbursement_id', '=', eb.fn.any(eb.val(cleared))))
    .where('status', '=', 'open')
    .execute();
}

async function queue(ctx: Ctx, batch: LockedBatch, returnId: string, found: readonly Found[]): Promise<void> {
  if (found.length === 0) return;
  await ctx.db
    .insertInto('payment_exception')
    .values(
      found.map(({ kind, text, rowNumber, line, amountFen }) => ({
        id: ctx.id(),
        batch_id: batch.id,
        disbursement_id: line?.paymentId ?? null,
        return_id: returnId,
        kind,
        text,
        row_number: rowNumber,
        amount_fen: amountFen,
        expected_fen: line?.amountFen ?? null,
        union_path: batch.unionPath,
        status: 'open',
        created_at: ctx.now,
      })),
    )
    .execute();
}

/** Rows of `values` travel as parameters, of which PostgreSQL takes 65,535 in a statement. */
const exceptionsPerStatement = 2000;

/**
 * Reads the bank's return file for a batch that was sent. Every row settles a payment, fails it, or becomes an
 * exception. The same file again has no effect; a file of another batch, or one cut short, is not read at all.
 */
export async function importReturn(
  ctx: Ctx,
  { params, query }: InputOf<Disbursements['importReturn']>,
  call: Call,
): Promise<ReplyOf<Disbursements['importReturn']>> {
  if (!call.body) throw new DomainError('body-unreadable');
  return readReturn(ctx, params.id, query.fileName, await readFile(call.body.path));
}

async function readReturn(
  ctx: Ctx,
  batchId: string,
  fileName: string,
  bytes: Buffer,
): Promise<ReplyOf<Disbursements['importReturn']>> {
  const actor = requireCadre(ctx);
  const batch = await lockBatch(ctx, batchId);
  const sha256 = createHash('sha256').update(bytes).digest();
  const before = await ctx.db
    .selectFrom('bank_return')
    .select('id')
    .where('batch_id', '=', batch.id)
    .where('sha256', '=', sha256)
    .executeTakeFirst();
  if (before) {
    return { batch: await getBatch(ctx, batch.id), settled: 0, failed: 0, exceptions: 0, alreadyRead: true };
  }
  if (!['sent', 'returned', 'reconciled'].includes(batch.status)) throw batchNotOpen(batch.status);
  const file = readReturnFile(bytes);
  if (file.batchNumber !== batch.number) {
    const reason = `这是批次 ${file.batchNumber} 的回盘文件，请到那个批次导入。`;
    const reasonEn = `it belongs to batch ${file.batchNumber}; please import it there.`;
    throw new DomainError('return-unreadable', { reason, reasonEn });
  }
  const stored = await ctx.files.put(bytes);
  const returnId = ctx.id();
  const judgement = judgeReturn(await linesOf(ctx, batch.id), file, batch.returnNumber);
  await ctx.db
    .insertInto('bank_return')
    .values({
      id: returnId,
      batch_id: batch.id,
      sha256,
      file_name: fileName,
      stored_as: stored.storedAs,
      row_count: file.rows.length,
      account_id: actor.accountId,
      at: ctx.now,
    })
    .execute();
  await book(ctx, batch, judgement);
  const { exceptions } = judgement;
  for (let from = 0; from < exceptions.length; from += exceptionsPerStatement)
    await queue(ctx, batch, returnId, exceptions.slice(from, from + exceptionsPerStatement));
  await refreshBatch(ctx, batch.id, Math.max(batch.returnNumber, file.number));
  const counts = {
    settled: judgement.settled.length,
    failed: judgement.failed.length,
    exceptions: exceptions.length,
  };
  await record(ctx, {
    kind: 'return.read',
    subject: 'payment-batch',
    subjectId: batch.id,
    unionPath: batch.unionPath,
    data: { ...counts, rows: file.rows.length, sha256: sha256.toString('hex') },
  });
  return { batch: await getBatch(ctx, batch.id), ...counts, alreadyRead: false };
}
