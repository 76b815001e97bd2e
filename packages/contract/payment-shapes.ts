import { z } from 'zod';
import { fen, id, instant, unionRef } from './shapes.ts';

export const fund = z.object({
  id,
  code: z.string(),
  name: z.string(),
  union: unionRef,
  /** Free to promise, promised to approved claims, on its way at the bank, paid this year. */
  availableFen: fen,
  reservedFen: fen,
  inTransitFen: fen,
  paidThisYearFen: fen,
  can: z.array(z.string()),
});

/** One row per transfer: one debit account, one credit account, amount > 0. */
export const transfer = z.object({
  id,
  kind: z.enum(['deposit', 'reserve', 'release', 'send', 'settle', 'reject', 'visit', 'refund']),
  debit: z.string(),
  credit: z.string(),
  amountFen: fen,
  caseId: id.nullable(),
  caseNumber: z.string().nullable(),
  batchNumber: z.string().nullable(),
  by: z.string(),
  at: instant,
  note: z.string().nullable(),
});

export const disbursementStatus = z.enum([
  'ready',
  'batched',
  'sent',
  'paid',
  'failed',
  'exception',
  'visit-due',
  'cancelled',
]);

export const disbursement = z.object({
  id,
  caseId: id,
  caseNumber: z.string(),
  payeeName: z.string(),
  union: unionRef,
  amountFen: fen,
  channel: z.enum(['bank-card', 'home-visit']),
  bankCardMasked: z.string().nullable(),
  status: disbursementStatus,
  failureReason: z.string().nullable(),
  batchNumber: z.string().nullable(),
  approvedAt: instant,
  paidAt: instant.nullable(),
  can: z.array(z.string()),
});

/** A visit that is due: whom, of which union, since when. The phone comes masked. */
export const visitDue = z.object({
  id,
  caseId: id,
  caseNumber: z.string(),
  itemTitle: z.string(),
  itemTitleEn: z.string().nullable(),
  payeeName: z.string(),
  union: unionRef,
  employerName: z.string().nullable(),
  phoneMasked: z.string().nullable(),
  amountFen: fen,
  /** When it was approved. */
  since: instant,
  can: z.array(z.string()),
});

export const batchStatus = z.enum(['draft', 'locked', 'exported', 'sent', 'returned', 'reconciled']);

export const paymentBatch = z.object({
  id,
  number: z.string(),
  fund: z.object({ id, name: z.string() }),
  status: batchStatus,
  lineCount: z.int(),
  totalFen: fen,
  okCount: z.int(),
  failedCount: z.int(),
  exceptionCount: z.int(),
  preparedBy: z.string(),
  releasedBy: z.string().nullable(),
  sha256: z.string().nullable(),
  createdAt: instant,
  releasedAt: instant.nullable(),
  can: z.array(z.string()),
  /** Why I may not release, in words. */
  cannot: z.string().nullable(),
});

export const batchLine = z.object({
  sequence: z.int(),
  disbursementId: id,
  caseId: id,
  caseNumber: z.string(),
  payeeName: z.string(),
  bankCardMasked: z.string(),
  amountFen: fen,
  result: z.enum(['pending', 'ok', 'rejected', 'exception']),
  reason: z.string().nullable(),
});

export const exceptionKind = z.enum([
  'duplicate',
  'unknown',
  'wrong-amount',
  'out-of-order',
  'contradiction',
  'missing',
  'refund',
]);

export const paymentException = z.object({
  id,
  batchId: id.nullable(),
  batchNumber: z.string().nullable(),
  kind: exceptionKind,
  text: z.string(),
  rowNumber: z.int().nullable(),
  amountFen: fen.nullable(),
  expectedFen: fen.nullable(),
  status: z.enum(['open', 'resolved']),
  resolution: z.string().nullable(),
  createdAt: instant,
  can: z.array(z.string()),
});
