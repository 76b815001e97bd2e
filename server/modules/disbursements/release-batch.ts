import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { RawResult } from '../../kernel/http.ts';
import type { Sealed } from '../../kernel/sealed.ts';
import { csvFile, fixedFile, type BankFile } from './bank-file.ts';
import { findReleased, getBatch, lockBatch, type LockedBatch } from './batches.ts';
import { notReleasable, requireCadre } from './four-eyes.ts';
import { getFund } from './funds.ts';
import { post } from './ledger.ts';
import { batchNotOpen, linePlace } from './payment.ts';

type Disbursements = typeof contract.disbursements;

interface Line {
  sequence: number;
  paymentId: string;
  caseId: string;
  memberId: string;
  unionPath: string;
  payeeName: string;
  caseNumber: string;
  amountFen: number;
  status: string;
  purpose: string;
  sealed: Sealed;
}

async function linesOf(ctx: Ctx, batchId: string): Promise<Line[]> {
  const found = await sql<Line>`
    select l.sequence, d.id as "paymentId", d.case_id as "caseId", d.member_id as "memberId",
      d.union_path as "unionPath", d.payee_name as "payeeName", d.case_number as "caseNumber",
      l.amount_fen as "amountFen", d.status, i.definition ->> 'title' as purpose, l.bank_card_sealed as sealed
    from payment_line l
    join disbursement d on d.id = l.disbursement_id
    join "case" c on c.id = d.case_id
    join catalogue_item i on i.code = c.item_code and i.version = c.item_version
    where l.batch_id = ${batchId} and l.result <> 'cancelled'
    order by l.sequence`.execute(ctx.db);
  return found.rows;
}

function fileOf(ctx: Ctx, batch: LockedBatch, lines: readonly Line[]): BankFile {
  return {
    number: batch.number,
    dayOn: ctx.today,
    totalFen: batch.totalFen,
    lines: lines.map((line) => ({
      sequence: line.sequence,
      payeeName: line.payeeName,
      card: ctx.pii.unseal(linePlace(batch.id, line.sequence), line.sealed),
      amountFen: line.amountFen,
      purpose: line.purpose,
      caseNumber: line.caseNumber,
    })),
  };
}

/**
 * Releases a locked batch: its bank files are written, once and for ever, and the money is on its way
 * (`reserved → in-transit`, one transfer per line). Files are stored sealed before the row that names them; one left
 * over by a killed server is unreadable bytes nobody refers to. Cards are opened by the machine for the file alone.
 */
export async function releaseBatch(
  ctx: Ctx,
  { params }: InputOf<Disbursements['releaseBatch']>,
): Promise<ReplyOf<Disbursements['releaseBatch']>> {
  const actor = requireCadre(ctx);
  const batch = await lockBatch(ctx, params.id);
  if (batch.status !== 'locked') throw batchNotOpen(batch.status);
  if ((await notReleasable(ctx, actor, [batch.id])).has(batch.id))
    throw new DomainError('release-same-person');
  const lines = await linesOf(ctx, batch.id);
  const total = lines.reduce((sum, line) => sum + line.amountFen, 0);
  const whole = lines.length === batch.lineCount && total === batch.totalFen;
  if (!whole || lines.some((line) => line.status !== 'batched'))
    throw new Error(`batch ${batch.number} is not what was locked`);
  const file = fileOf(ctx, batch, lines);
  const csv = csvFile(file);
  const [storedCsv, storedFixed] = await Promise.all([ctx.files.put(csv), ctx.files.put(fixedFile(file))]);
  const sha256 = createHash('sha256').update(csv).digest();
  await post(
    ctx,
    await getFund(ctx, batch.fundId),
    'send',
    lines.map((line) => ({
      businessKey: `send:${batch.id}:${line.paymentId}`,
      amountFen: line.amountFen,
      unionPath: line.unionPath,
      memberId: line.memberId,
      caseId: line.caseId,
      disbursementId: line.paymentId,
      batchId: batch.id,
    })),
  );
  await ctx.db
    .updateTable('payment_batch')
    .set({
      status: 'exported',
      released_by: actor.accountId,
      released_at: ctx.now,
      sha256,
      csv_as: storedCsv.storedAs,
      fixed_as: storedFixed.storedAs,
    })
    .where('id', '=', batch.id)
    .execute();
  await record(ctx, {
    kind: 'batch.released',
    subject: 'payment-batch',
    subjectId: batch.id,
    unionPath: batch.unionPath,
    data: { lines: lines.length, totalFen: total, sha256: sha256.toString('hex'), cards: '写入银行文件' },
  });
  return getBatch(ctx, batch.id);
}

/** The bank file as it was written at release: the same bytes at every call. Every download is in the audit log. */
export async function readBatchFile(
  ctx: Ctx,
  { params, query }: InputOf<Disbursements['batchFile']>,
): Promise<RawResult> {
  const batch = await findReleased(ctx, params.id);
  const storedAs = query.format === 'csv' ? batch?.csvAs : batch?.fixedAs;
  if (!batch || !storedAs) throw new DomainError('thing-not-found');
  const content = await ctx.files.read(storedAs);
  const intact = createHash('sha256').update(content).digest().equals(batch.sha256!);
  if (query.format === 'csv' && !intact)
    throw new Error(`bank file of ${batch.number} is not what was released`);
  await record(ctx, {
    kind: 'batch.file-read',
    subject: 'payment-batch',
    subjectId: batch.id,
    unionPath: batch.unionPath,
    data: { format: query.format },
  });
  return {
    mediaType: 'application/octet-stream',
    content,
    fileName: `${batch.number}.${query.format === 'csv' ? 'csv' : 'txt'}`,
  };
}

/** The file has been handed to the bank; from now on its return file is awaited. */
export async function markSent(
  ctx: Ctx,
  { params }: InputOf<Disbursements['markSent']>,
): Promise<ReplyOf<Disbursements['markSent']>> {
  requireCadre(ctx);
  const batch = await lockBatch(ctx, params.id);
  if (batch.status !== 'exported') throw batchNotOpen(batch.status);
  await Promise.all([
    ctx.db
      .updateTable('payment_batch')
      .set({ status: 'sent', sent_at: ctx.now })
      .where('id', '=', batch.id)
      .execute(),
    ctx.db
      .updateTable('disbursement')
      .set({ status: 'sent' })
      .where('batch_id', '=', batch.id)
      .where('status', '=', 'batched')
      .execute(),
    record(ctx, {
      kind: 'batch.sent',
      subject: 'payment-batch',
      subjectId: batch.id,
      unionPath: batch.unionPath,
    }),
  ]);
  return getBatch(ctx, batch.id);
}
