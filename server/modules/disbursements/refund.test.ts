import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';
import { approveClaim, fundWith, sentBatch, testCard } from '../../../tests/ledger/approved-claims.ts';
import type { Fund } from './funds.ts';
import { makeReturnFile, reconcileLedger } from './index.ts';
import { csvReturnFile } from './return-file.ts';

let t: TestApp;
let fund: Fund;
beforeAll(async () => {
  t = await testApp({ demo: true });
  fund = await fundWith(t, 1_000_000);
});
afterAll(() => t?.close());

const money = () => t.as('treasurer').disbursements;
const paymentOf = async (caseId: string) => (await money().list({ query: { caseId } })).items[0]!;
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof ApiError ? error.code : String(error)),
  );
const read = (batchId: string, raw: Buffer) =>
  money().importReturn({ params: { id: batchId }, query: { fileName: '回盘.csv' } }, { raw });

async function settle(batchId: string) {
  const { content } = await t.db((ctx) => makeReturnFile(ctx, batchId));
  return read(batchId, content);
}

async function balances() {
  const { availableFen, reservedFen, inTransitFen, paidThisYearFen } = (await money().listFunds()).items[0]!;
  return { availableFen, reservedFen, inTransitFen, paidThisYearFen };
}

/** What the wall would show, folded already or not. */
const figures = () =>
  t.db(async (ctx) => {
    const { rows } = await sql<{ figure: string; sum: number }>`
      select metric || ' ' || period as figure, sum(amount)::bigint as sum from (
        select metric, period, amount from rollup_delta union all select metric, period, own from rollup) as d
      where metric in ('paid-fen', 'paid-count', 'paid-on-time', 'stage:payment') or metric like 'fund:%'
      group by 1`.execute(ctx.db);
    return Object.fromEntries(rows.map((row) => [row.figure.replace(/fund:\S+/, 'fund'), row.sum]));
  });

async function paid(member: 'chen' | 'wang' | 'zhang'): Promise<{ caseId: string; batchId: string }> {
  const caseId = await approveClaim(t, { member });
  const batchId = await sentBatch(t, fund);
  await settle(batchId);
  return { caseId, batchId };
}

const resolve = (person: PersonName, id: string, outcome?: 'paid' | 'failed' | 'returned') =>
  t.as(person).disbursements.resolveException({ params: { id }, body: { resolution: '银行来电', outcome } });

it('books what the bank gives back in a later file, and pays it again in a later batch', async () => {
  const before = await balances();
  const { caseId, batchId } = await paid('chen');
  // The fold tells a payment within a second; what is told back stands beside it.
  await expect.poll(async () => (await figures())['fund 2026']).toBe(10_000);
  const batch = await money().getBatch({ params: { id: batchId } });
  const { caseNumber } = await paymentOf(caseId);
  const row = { rowNumber: 3, sequence: 1, caseNumber, amountFen: 10_000, ok: false, reason: '账户已注销' };
  const file = csvReturnFile({ batchNumber: batch.number, number: 2, last: true, rows: [row] }, '2026-11-25');
  expect(await read(batchId, file)).toMatchObject({ exceptions: 1, failed: 0 });
  const [open] = (await money().listExceptions({ query: { status: 'open' } })).items;
  expect(open).toMatchObject({ kind: 'contradiction', can: ['resolve', 'return'] });
  expect(await codeOf(resolve('treasurer', open!.id, 'failed'))).toBe('payment-not-open');
  await resolve('treasurer', open!.id, 'returned');
  expect(await paymentOf(caseId)).toMatchObject({ status: 'failed', paidAt: null, can: ['correct'] });
  const { availableFen, paidThisYearFen } = before;
  expect(await balances()).toEqual({
    availableFen: availableFen - 10_000,
    reservedFen: 10_000,
    inTransitFen: 0,
    paidThisYearFen,
  });
  expect(await figures()).toEqual({
    'paid-fen 2026': 0,
    'paid-fen 2026-11-24': 0,
    'paid-count 2026': 0,
    'paid-count 2026-11-24': 0,
    'paid-on-time 2026': 0,
    'fund 2026': 0,
    'stage:payment ': 1,
  });
  expect(await money().getBatch({ params: { id: batchId } })).toMatchObject({
    status: 'reconciled',
    okCount: 0,
    failedCount: 1,
  });
  const mine = await t.as('chen').cases.getMine({ params: { id: caseId } });
  expect(mine).toMatchObject({ status: 'approved', can: ['correct-card'] });
  expect((await t.as('chen').notifications.list({})).items[0]!.title).toBe(
    '银行退回了已付的款，请更换银行卡',
  );
  expect(await t.db(reconcileLedger)).toEqual([]);
  await t
    .as('chen')
    .disbursements.correctMyCard({ params: { id: caseId }, body: { bankCard: testCard(7001) } });
  await settle(await sentBatch(t, fund));
  expect(await paymentOf(caseId)).toMatchObject({ status: 'paid' });
  expect((await t.as('chen').cases.getMine({ params: { id: caseId } })).status).toBe('closed');
  const { items } = await money().listTransfers({ params: { id: fund.id }, query: { caseId } });
  expect(items.map((one) => one.kind).toReversed()).toEqual([
    'reserve',
    'send',
    'settle',
    'refund',
    'send',
    'settle',
  ]);
  expect(await t.db(reconcileLedger)).toEqual([]);
});

it('takes a refund the bank tells of outside its files, and closes it by taking the approval back', async () => {
  const { caseId } = await paid('wang');
  const payment = await paymentOf(caseId);
  expect(payment.can).toEqual(['refund']);
  const report = () =>
    money().reportRefund({ params: { id: payment.id }, body: { note: '11月24日到账后次日退回' } });
  const reported = await report();
  expect(reported).toMatchObject({ kind: 'refund', status: 'open', can: ['resolve', 'return'] });
  expect(await codeOf(report())).toBe('row-conflict');
  // Nothing is booked by the report alone.
  expect(await paymentOf(caseId)).toMatchObject({ status: 'paid' });
  await resolve('treasurer', reported.id, 'returned');
  expect(await codeOf(resolve('treasurer', reported.id, 'returned'))).toBe('row-conflict');
  expect(await codeOf(report())).toBe('payment-not-open');
  const before = await balances();
  const cancelled = await t
    .as('otherApprover')
    .cases.cancelApproval({ params: { id: caseId }, body: { reason: '本人已放弃领取' } });
  expect(cancelled.status).toBe('declined');
  expect(await balances()).toMatchObject({
    availableFen: before.availableFen + 10_000,
    reservedFen: before.reservedFen - 10_000,
  });
  expect(await t.db(reconcileLedger)).toEqual([]);
});

it('is not booked by who approved the payment, nor where nothing had arrived', async () => {
  const { caseId, batchId } = await paid('zhang');
  await t.db((ctx) =>
    ctx.db
      .insertInto('grant')
      .values({
        id: ctx.id(),
        account_id: t.world.cadres.approver.id,
        role: 'treasurer',
        union_id: t.world.unions.hailing.id,
        union_path: t.world.unions.hailing.path,
        from_on: '2020-01-01',
        granted_at: ctx.now,
      })
      .execute(),
  );
  t.server.host.auth.forget();
  const { id } = await paymentOf(caseId);
  const reported = await money().reportRefund({ params: { id }, body: { note: '银行退回' } });
  expect(await codeOf(resolve('approver', reported.id, 'returned'))).toBe('release-same-person');
  const asApprover = await t.as('approver').disbursements.listExceptions({ query: { status: 'open' } });
  expect(asApprover.items.find((one) => one.id === reported.id)!.can).toEqual(['resolve']);
  // Two who book it at once: the money comes back once.
  const both = await Promise.all([1, 2].map(() => codeOf(resolve('treasurer', reported.id, 'returned'))));
  expect(both.toSorted()).toEqual(['no refusal', 'row-conflict']);
  const { content } = await t.db((ctx) =>
    makeReturnFile(ctx, batchId).catch(() => ({ content: Buffer.alloc(0) })),
  );
  expect(content.length).toBe(0);
  expect(await t.db(reconcileLedger)).toEqual([]);
});
