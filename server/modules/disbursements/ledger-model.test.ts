import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { effort, seed } from '../../../tests/input/effort.ts';
import * as model from '../../../tests/ledger/model.ts';
import type { BatchStatus, Model, Status, Word } from '../../../tests/ledger/model.ts';
import { approveClaim, asCadre, fundWith } from '../../../tests/ledger/approved-claims.ts';
import { getFund, type Fund } from './funds.ts';
import { reconcileLedger } from './index.ts';
import { payer } from './pay-claim.ts';
import { csvReturnFile, type ReturnRow } from './return-file.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

/** The real thing: one fund, payments and batches in the order they came to be. */
interface Real {
  fund: Fund;
  code: string;
  cases: string[];
  batches: { id: string; number: string }[];
}

const treasurer = () => t.as('treasurer').disbursements;
const releaser = () => t.as('payer').disbursements;
const only = <T>(all: readonly T[], index: number) => all[index % all.length]!;
const batchesIn = (m: Model, ...statuses: string[]) =>
  m.batches.flatMap((batch, index) => (statuses.includes(batch.status) ? [index] : []));

const reached = new Set<string>();

async function compare(m: Readonly<Model>, r: Real): Promise<void> {
  for (const { status } of [...m.payments, ...m.batches]) reached.add(status);
  const [fund, rows, batches] = await t.db((ctx) =>
    Promise.all([
      getFund(ctx, r.fund.id),
      ctx.db
        .selectFrom('disbursement')
        .select(['case_id', 'status'])
        .where('fund_id', '=', r.fund.id)
        .execute(),
      ctx.db.selectFrom('payment_batch').select(['id', 'status']).where('fund_id', '=', r.fund.id).execute(),
    ]),
  );
  const { available, reserved, inTransit, paid } = model.balancesOf(m);
  const { accounts } = fund;
  expect({
    source: accounts.source.balanceFen,
    available: accounts.available.balanceFen,
    reserved: accounts.reserved.balanceFen,
    inTransit: accounts['in-transit'].balanceFen,
    paid: accounts.paid.balanceFen,
  }).toEqual({ source: m.deposited === 0 ? 0 : -m.deposited, available, reserved, inTransit, paid });
  const statusOf = new Map(rows.map((row) => [row.case_id, row.status]));
  expect(r.cases.map((id) => statusOf.get(id))).toEqual(m.payments.map(({ status }) => status));
  const batchStatus = new Map(batches.map((row) => [row.id, row.status]));
  expect(r.batches.map(({ id }) => batchStatus.get(id))).toEqual(m.batches.map(({ status }) => status));
}

type Step = fc.AsyncCommand<Model, Real>;

/** A step: when it may be taken, what the model and the real thing do. Both are compared afterwards. */
const step = (
  words: string,
  check: (m: Readonly<Model>) => boolean,
  act: (m: Model, r: Real) => Promise<void>,
): Step => ({
  check,
  async run(m, r) {
    await act(m, r);
    await compare(m, r);
  },
  toString: () => words,
});

const deposit = (fen: number) =>
  step(
    `deposit ${fen}`,
    () => true,
    async (m, r) => {
      m.deposited += fen;
      const reply = await treasurer().deposit({
        params: { id: r.fund.id },
        body: { amountFen: fen, note: '拨款' },
      });
      expect(reply.availableFen).toBe(model.balancesOf(m).available);
    },
  );

const approve = (fen: number, visit: boolean) =>
  step(
    `approve ${fen}${visit ? ' by visit' : ''}`,
    () => true,
    async (m, r) => {
      const attempt = approveClaim(t, {
        amountFen: fen,
        fund: r.code,
        channel: visit ? 'home-visit' : 'bank-card',
      });
      if (!model.canApprove(m, fen)) {
        await expect(attempt).rejects.toMatchObject({ code: 'fund-insufficient' });
        return;
      }
      r.cases.push(await attempt);
      model.approve(m, fen, visit);
    },
  );

const prepare = () =>
  step(
    'prepare',
    () => true,
    async (m, r) => {
      const attempt = treasurer().createBatch({ body: { fundId: r.fund.id } });
      if (model.readyPayments(m).length === 0) {
        await expect(attempt).rejects.toMatchObject({ code: 'batch-empty' });
        return;
      }
      const { id, number } = await attempt;
      r.batches.push({ id, number });
      model.prepare(m);
    },
  );

const inModel = { cancel: model.cancel, release: model.release, send: model.send };

/** An act on some batch: done when its state allows, refused when not, twice as once. */
const onBatch = (
  name: 'cancel' | 'release' | 'send',
  from: string,
  pick: number,
  real: (id: string) => Promise<unknown>,
) =>
  step(
    `${name} ${pick}`,
    (m) => m.batches.some(({ status }) => status !== 'cancelled'),
    async (m, r) => {
      const open = m.batches.flatMap(({ status }, index) => (status === 'cancelled' ? [] : [index]));
      const index = only(open, pick);
      const attempt = real(r.batches[index]!.id);
      if (m.batches[index]!.status === from) {
        await attempt;
        inModel[name](m, index);
        if (name === 'cancel') return;
      } else {
        await expect(attempt).rejects.toMatchObject({ code: 'batch-not-open' });
      }
      const again = real(r.batches[index]!.id);
      await expect(again).rejects.toMatchObject({ code: 'batch-not-open' });
    },
  );

const bankAnswers = (pick: number, words: readonly Word[]) =>
  step(
    `bank answers ${pick} ${words.join(' ')}`,
    (m) => batchesIn(m, 'sent', 'returned').length > 0,
    async (m, r) => {
      const index = only(batchesIn(m, 'sent', 'returned'), pick);
      const batch = m.batches[index]!;
      const { id, number } = r.batches[index]!;
      const payments = await t.db((ctx) =>
        ctx.db
          .selectFrom('payment_line')
          .innerJoin('disbursement', 'disbursement.id', 'payment_line.disbursement_id')
          .select(['payment_line.sequence', 'disbursement.case_id', 'disbursement.case_number as caseNumber'])
          .where('payment_line.batch_id', '=', id)
          .orderBy('payment_line.sequence')
          .execute(),
      );
      // The lines of the file are the model's, in the same order.
      expect(payments.map((row) => r.cases.indexOf(row.case_id))).toEqual(
        batch.lines.map((line) => line.payment),
      );
      const waiting = batch.lines.flatMap(({ result }, at) =>
        result === 'pending' || result === 'exception' ? [at] : [],
      );
      const rows = waiting.flatMap((at, order): ReturnRow[] => {
        const word = words[order % words.length]!;
        if (word === 'silent') return [];
        const fen = m.payments[batch.lines[at]!.payment]!.fen;
        const { sequence, caseNumber } = payments[at]!;
        const amountFen = word === 'wrong' ? fen + 1 : fen;
        return [{ rowNumber: order, sequence, caseNumber, amountFen, ok: word !== 'rejected', reason: '' }];
      });
      const file = csvReturnFile(
        { batchNumber: number, number: batch.returns + 1, last: true, rows },
        '2026-11-25',
      );
      const call = { params: { id }, query: { fileName: '回盘.csv' } };
      const first = await treasurer().importReturn(call, { raw: file });
      expect(first.alreadyRead).toBe(false);
      expect((await treasurer().importReturn(call, { raw: file })).alreadyRead).toBe(true);
      model.returned(m, index, words);
    },
  );

const correct = (pick: number) =>
  step(
    `correct ${pick}`,
    (m) => model.failedPayments(m).length > 0,
    async (m, r) => {
      const index = only(model.failedPayments(m), pick);
      const { items } = await treasurer().list({ query: { caseId: r.cases[index]! } });
      await treasurer().correctCard({ params: { id: items[0]!.id }, body: { note: '重新付款' } });
      model.correct(m, index);
    },
  );

const visit = (pick: number) =>
  step(
    `visit ${pick}`,
    (m) => model.visitsDue(m).length > 0,
    async (m, r) => {
      const index = only(model.visitsDue(m), pick);
      const { fen } = m.payments[index]!;
      const of = { caseId: r.cases[index]!, amountFen: fen } as Parameters<typeof payer.visited>[1];
      const seen = { visitedOn: '2026-11-24', accountId: t.world.cadres.visitor.id };
      expect(await asCadre(t, 'visitor', (ctx) => payer.visited(ctx, of, seen))).toBe('paid');
      model.visit(m, index);
    },
  );

const which = fc.nat({ max: 20 });
const releaseOne = (pick: number) =>
  onBatch('release', 'locked', pick, (id) => releaser().releaseBatch({ params: { id } }));
const sendOne = (pick: number) =>
  onBatch('send', 'exported', pick, (id) => releaser().markSent({ params: { id } }));
const cancelOne = (pick: number) =>
  onBatch('cancel', 'locked', pick, (id) => treasurer().cancelBatch({ params: { id } }));
const release = which.map(releaseOne);
const send = which.map(sendOne);
const answers = fc
  .tuple(which, fc.array(fc.constantFrom<Word>('ok', 'ok', 'rejected', 'wrong', 'silent'), { minLength: 1 }))
  .map(([pick, words]) => bankAnswers(pick, words));
const approvalOf = (most: number) =>
  fc.tuple(fc.integer({ min: 1, max: most }), fc.nat({ max: 9 })).map(([fen, by]) => approve(fen, by === 0));
const prepared = fc.constant(null).map(prepare);
/**
 * Where a run begins: some way towards the bank, cut off anywhere. Steps picked blindly alone come as far as a return file
 * in one run of ten; with this in one of two.
 */
const opening = fc
  .tuple(
    fc.integer({ min: 20_000, max: 100_000 }).map(deposit),
    fc.array(approvalOf(20_000), { minLength: 1, maxLength: 4 }),
    fc.tuple(prepared, release, send, answers),
    fc.nat({ max: 4 }),
  )
  .map(([money, approvals, towards, cut]): Step[] => [money, ...approvals, ...towards.slice(0, cut)]);
// The steps towards the bank twice: a run should get there, and not dwell on refusals.
const steps = fc.commands(
  [
    fc.integer({ min: 1, max: 50_000 }).map(deposit),
    approvalOf(20_000),
    approvalOf(5_000),
    prepared,
    release,
    release,
    send,
    send,
    answers,
    answers,
    which.map(cancelOne),
    which.map(correct),
    which.map(visit),
  ],
  { maxCommands: 60, size: 'max' },
);

/** The first run of all, whatever the seed: it comes by every state a payment and a batch can have. */
const everywhere = (): Step[] => [
  deposit(100_000),
  ...[1_000, 2_000, 3_000].map((fen) => approve(fen, false)),
  approve(500, true),
  prepare(),
  cancelOne(0),
  prepare(),
  releaseOne(0),
  sendOne(0),
  bankAnswers(0, ['ok', 'rejected', 'wrong']),
  correct(0),
  visit(0),
  bankAnswers(0, ['ok']),
];
const everyState: readonly string[] = [
  ...(['ready', 'batched', 'sent', 'paid', 'failed', 'exception', 'visit-due'] satisfies Status[]),
  ...(['locked', 'exported', 'returned', 'reconciled', 'cancelled'] satisfies BatchStatus[]),
];

/** More by `FUZZ_EFFORT`; the same again by `INPUT_SEED`. */
const numRuns = 25 * effort;

describe('the ledger and a model in memory', () => {
  it(
    `agree after every random step (${numRuns} runs, INPUT_SEED=${seed})`,
    { timeout: 600_000 },
    async () => {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(opening, steps, async (first, commands) => {
          const code = `model-${(runs += 1)}`;
          const fund = await fundWith(t, 0, code);
          const real: Real = { fund, code, cases: [], batches: [] };
          const inMemory = model.emptyModel();
          await fc.asyncModelRun(() => ({ model: inMemory, real }), [...first, ...commands]);
        }),
        { numRuns, seed, examples: [[everywhere(), []]] },
      );
      expect(await t.db(reconcileLedger)).toEqual([]);
      // What was compared is every state there is, or the comparison would prove little.
      expect(everyState.filter((state) => !reached.has(state))).toEqual([]);
    },
  );
});
