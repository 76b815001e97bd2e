/**
 * What the money must do, in memory and as simply as can be: no ledger rows, no batches' files, no database. The property
 * test drives this and the real thing with the same random steps and compares them after every step.
 */
export type Status = 'ready' | 'batched' | 'sent' | 'paid' | 'failed' | 'exception' | 'visit-due';

export interface ModelPayment {
  fen: number;
  status: Status;
  visit: boolean;
}

export type BatchStatus = 'locked' | 'exported' | 'sent' | 'returned' | 'reconciled' | 'cancelled';

interface ModelBatch {
  status: BatchStatus;
  /** Indexes of payments, in the order of the bank file, with the bank's final word on each. */
  lines: { payment: number; result: 'pending' | 'ok' | 'rejected' | 'exception' }[];
  returns: number;
}

export interface Model {
  deposited: number;
  payments: ModelPayment[];
  batches: ModelBatch[];
}

/** What the bank says of a line; 'wrong' is another sum, 'silent' nothing. */
export type Word = 'ok' | 'rejected' | 'wrong' | 'silent';

export const emptyModel = (): Model => ({ deposited: 0, payments: [], batches: [] });

/** Where the money stands. Everything else follows from the payments' states. */
export function balancesOf({ deposited, payments, batches }: Model) {
  const away = new Set(
    batches
      .filter(({ status }) => status === 'exported' || status === 'sent' || status === 'returned')
      .flatMap(({ lines }) => lines.filter(({ result }) => result === 'pending' || result === 'exception'))
      .map(({ payment }) => payment),
  );
  const sum = (of: (payment: ModelPayment, index: number) => boolean) =>
    payments.filter(of).reduce((total, { fen }) => total + fen, 0);
  const all = sum(() => true);
  const paid = sum(({ status }) => status === 'paid');
  const inTransit = sum((_payment, index) => away.has(index));
  return { available: deposited - all, reserved: all - paid - inTransit, inTransit, paid };
}

export const canApprove = (model: Model, fen: number) => balancesOf(model).available >= fen;

export function approve(model: Model, fen: number, visit: boolean): void {
  model.payments.push({ fen, visit, status: visit ? 'visit-due' : 'ready' });
}

const withStatus = (model: Model, status: Status) =>
  model.payments.flatMap((payment, index) => (payment.status === status ? [index] : []));

export const readyPayments = (model: Model) => withStatus(model, 'ready');
export const failedPayments = (model: Model) => withStatus(model, 'failed');
export const visitsDue = (model: Model) => withStatus(model, 'visit-due');

function setAll(model: Model, batch: ModelBatch, status: Status): void {
  for (const { payment } of batch.lines) model.payments[payment]!.status = status;
}

export function prepare(model: Model): void {
  const lines = readyPayments(model).map((payment) => ({ payment, result: 'pending' as const }));
  const batch: ModelBatch = { status: 'locked', lines, returns: 0 };
  model.batches.push(batch);
  setAll(model, batch, 'batched');
}

export function cancel(model: Model, index: number): void {
  const batch = model.batches[index]!;
  batch.status = 'cancelled';
  setAll(model, batch, 'ready');
}

export function release(model: Model, index: number): void {
  model.batches[index]!.status = 'exported';
}

export function send(model: Model, index: number): void {
  const batch = model.batches[index]!;
  batch.status = 'sent';
  setAll(model, batch, 'sent');
}

/** A last return file that tells every line not yet settled: words in the order of those lines, repeated when short. */
export function returned(model: Model, index: number, words: readonly Word[]): void {
  const batch = model.batches[index]!;
  const waiting = batch.lines.filter(({ result }) => result === 'pending' || result === 'exception');
  for (const [at, line] of waiting.entries()) {
    const payment = model.payments[line.payment]!;
    const word = words[at % words.length];
    if (word === 'ok') {
      line.result = 'ok';
      payment.status = 'paid';
    } else if (word === 'rejected') {
      line.result = 'rejected';
      payment.status = 'failed';
    } else if (word === 'wrong' || line.result === 'pending') {
      line.result = 'exception';
      payment.status = 'exception';
    }
  }
  batch.returns += 1;
  const open = batch.lines.some(({ result }) => result === 'pending' || result === 'exception');
  batch.status = open ? 'returned' : 'reconciled';
}

export function correct(model: Model, payment: number): void {
  model.payments[payment]!.status = 'ready';
}

export function visit(model: Model, payment: number): void {
  model.payments[payment]!.status = 'paid';
}
