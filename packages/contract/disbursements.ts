import { z } from 'zod';
import { route } from './route.ts';
import { date, done, fen, id, idParams, instant, pageOf, pageQuery, text, unionRef } from './shapes.ts';

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
  kind: z.enum(['deposit', 'reserve', 'release', 'send', 'settle', 'reject', 'visit']),
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

export const disbursements = {
  listFunds: route({
    method: 'GET',
    path: '/funds',
    summary: 'Funds with their balances.',
    permission: 'disbursements.view',
    reply: z.object({ items: z.array(fund) }),
  }),
  listTransfers: route({
    method: 'GET',
    path: '/funds/:id/transfers',
    summary: 'Every movement of a fund, newest first.',
    permission: 'disbursements.view',
    params: idParams,
    query: pageQuery.extend({ caseId: id.optional() }),
    reply: pageOf(transfer),
  }),
  deposit: route({
    method: 'POST',
    path: '/funds/:id/deposits',
    summary: 'Money put into a fund.',
    permission: 'disbursements.fund',
    idempotent: true,
    params: idParams,
    body: z.object({ amountFen: fen.min(1).max(100_000_000_000), note: text(200) }),
    reply: fund,
  }),
  list: route({
    method: 'GET',
    path: '/disbursements',
    summary: 'What is to be paid, under way, paid or failed.',
    permission: 'disbursements.view',
    query: pageQuery.extend({
      status: disbursementStatus.optional(),
      fundId: id.optional(),
      caseId: id.optional(),
    }),
    reply: pageOf(disbursement),
  }),
  listBatches: route({
    method: 'GET',
    path: '/payment-batches',
    summary: 'Payment batches, newest first.',
    permission: 'disbursements.view',
    query: pageQuery.extend({ status: batchStatus.optional() }),
    reply: pageOf(paymentBatch),
  }),
  createBatch: route({
    method: 'POST',
    path: '/payment-batches',
    summary: 'Put ready payments of a fund into a new batch and lock it: all of them, or those named.',
    permission: 'disbursements.prepare',
    idempotent: true,
    body: z.object({ fundId: id, disbursementIds: z.array(id).max(20_000).optional() }),
    reply: paymentBatch,
  }),
  getBatch: route({
    method: 'GET',
    path: '/payment-batches/:id',
    summary: 'One batch.',
    permission: 'disbursements.view',
    params: idParams,
    reply: paymentBatch,
  }),
  listLines: route({
    method: 'GET',
    path: '/payment-batches/:id/lines',
    summary: 'Lines of a batch.',
    permission: 'disbursements.view',
    params: idParams,
    query: pageQuery,
    reply: pageOf(batchLine),
  }),
  cancelBatch: route({
    method: 'DELETE',
    path: '/payment-batches/:id',
    summary: 'Dissolve a batch that has not been released; its payments are ready again.',
    permission: 'disbursements.prepare',
    params: idParams,
    reply: done,
  }),
  releaseBatch: route({
    method: 'POST',
    path: '/payment-batches/:id/release',
    summary:
      'Release a locked batch: its bank file is written. Not by who approved a claim in it or prepared it.',
    permission: 'disbursements.release',
    idempotent: true,
    params: idParams,
    reply: paymentBatch,
  }),
  batchFile: route({
    method: 'GET',
    path: '/payment-batches/:id/file',
    summary: 'The bank’s batch file, byte-identical at every call.',
    permission: 'disbursements.release',
    params: idParams,
    query: z.object({ format: z.enum(['csv', 'fixed']).default('csv') }),
    reply: { raw: 'application/octet-stream' },
  }),
  markSent: route({
    method: 'POST',
    path: '/payment-batches/:id/sending',
    summary: 'Say that the file has been handed to the bank.',
    permission: 'disbursements.release',
    idempotent: true,
    params: idParams,
    reply: paymentBatch,
  }),
  importReturn: route({
    method: 'POST',
    path: '/payment-batches/:id/returns',
    summary: 'Read the bank’s return file; each line settles, fails, or goes to the exceptions queue.',
    permission: 'disbursements.reconcile',
    params: idParams,
    query: z.object({ fileName: z.string().max(200).default('') }),
    rawBody: 20 * 1024 * 1024,
    reply: z.object({
      batch: paymentBatch,
      settled: z.int(),
      failed: z.int(),
      exceptions: z.int(),
      alreadyRead: z.boolean(),
    }),
  }),
  demoReturn: route({
    method: 'GET',
    path: '/payment-batches/:id/demo-return',
    summary: 'Demonstration only: the return file a bank would send for a batch that was sent.',
    permission: 'disbursements.reconcile',
    params: idParams,
    query: z.object({
      /** How many of the last lines the bank refuses. */
      reject: z.coerce.number().int().min(0).max(20_000).default(0),
      format: z.enum(['csv', 'fixed']).default('csv'),
    }),
    reply: { raw: 'application/octet-stream' },
  }),
  listExceptions: route({
    method: 'GET',
    path: '/payment-exceptions',
    summary: 'Return lines that did not fit, to be settled by a person.',
    permission: 'disbursements.view',
    query: pageQuery.extend({ status: z.enum(['open', 'resolved']).optional() }),
    reply: pageOf(paymentException),
  }),
  resolveException: route({
    method: 'POST',
    path: '/payment-exceptions/:id/resolution',
    summary: 'Say how an exception was settled.',
    permission: 'disbursements.reconcile',
    params: idParams,
    body: z.object({
      resolution: text(500),
      /** What the bank said about a payment in doubt: then it is booked so. Without it only the words are kept. */
      outcome: z.enum(['paid', 'failed']).optional(),
    }),
    reply: paymentException,
  }),
  correctCard: route({
    method: 'POST',
    path: '/disbursements/:id/correction',
    summary: 'Make a failed payment ready again with the member’s present card (or a new one).',
    permission: 'disbursements.prepare',
    params: idParams,
    body: z.object({ note: text(200), bankCard: z.string().trim().max(40).optional() }),
    reply: disbursement,
  }),
  correctMyCard: route({
    method: 'POST',
    path: '/me/cases/:id/payment-correction',
    summary: 'Give another card after the bank refused the payment.',
    self: 'member',
    params: idParams,
    body: z.object({ bankCard: z.string().trim().min(8).max(40) }),
    reply: z.object({ ok: z.literal(true), bankCardMasked: z.string() }),
  }),
  myPaymentDate: route({
    method: 'GET',
    path: '/me/payments',
    summary: 'Money paid to me.',
    self: 'member',
    reply: z.object({
      items: z.array(z.object({ caseId: id, itemTitle: z.string(), amountFen: fen, paidOn: date })),
    }),
  }),
};
