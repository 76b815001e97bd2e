import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { approveClaim, fundWith, sentBatch, testCard } from '../../../tests/ledger/approved-claims.ts';
import type { Fund } from './funds.ts';
import { makeReturnFile, reconcileLedger } from './index.ts';
import { csvReturnFile, readReturnFile, type ReturnFile, type ReturnRow } from './return-file.ts';

let t: TestApp;
let fund: Fund;
let batchId: string;
let runs = 0;

beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

const money = () => t.as('treasurer').disbursements;
const members = ['chen', 'wang', 'li', 'sun', 'zhang'] as const;

/** Every test its own fund with a sent batch of five lines. */
beforeEach(async () => {
  const code = `return-${(runs += 1)}`;
  fund = await fundWith(t, 1_000_000, code);
  for (const [index, member] of members.entries())
    await approveClaim(t, {
      member,
      fund: code,
      amountFen: 1_000 * (index + 1),
      card: testCard(runs * 10 + index),
    });
  batchId = await sentBatch(t, fund);
});

const bankFile = async (): Promise<ReturnFile> =>
  readReturnFile((await t.db((ctx) => makeReturnFile(ctx, batchId))).content);
const read = (file: ReturnFile | Buffer) =>
  money().importReturn(
    { params: { id: batchId } },
    { raw: Buffer.isBuffer(file) ? file : csvReturnFile(file, '2026-11-25') },
  );
const changed = (file: ReturnFile, sequence: number, change: Partial<ReturnRow>): ReturnFile => ({
  ...file,
  rows: file.rows.map((row) => (row.sequence === sequence ? { ...row, ...change } : row)),
});
const only = (file: ReturnFile, sequences: number[], part: Partial<ReturnFile> = {}): ReturnFile => ({
  ...file,
  ...part,
  rows: file.rows.filter((row) => sequences.includes(row.sequence!)),
});
const open = async () => {
  const { items } = await money().listExceptions({ query: { status: 'open', pageSize: 200 } });
  return items.filter((one) => one.batchId === batchId);
};
const statuses = async () => {
  const { items } = await money().listLines({ params: { id: batchId } });
  const payments = await money().list({ query: { fundId: fund.id } });
  const of = new Map(payments.items.map((row) => [row.id, row.status]));
  return items.map((line) => `${line.result} ${of.get(line.disbursementId)}`);
};
const transitFen = async () =>
  (await money().listFunds()).items.find(({ id }) => id === fund.id)!.inTransitFen;
const proved = async () => expect(await t.db(reconcileLedger)).toEqual([]);

describe('a return file', () => {
  it('read twice, even at once, counts once', async () => {
    const file = await bankFile();
    const replies = await Promise.all([read(file), read(file), read(file)]);
    expect(replies.map((reply) => [reply.settled, reply.alreadyRead]).toSorted()).toEqual([
      [0, true],
      [0, true],
      [5, false],
    ]);
    expect(await transitFen()).toBe(0);
    await proved();
  });

  it('may come in parts; what the last part leaves out is missing', async () => {
    const file = await bankFile();
    expect(await read(only(file, [1, 2], { last: false }))).toMatchObject({
      settled: 2,
      exceptions: 0,
      batch: { status: 'returned' },
    });
    expect(await open()).toEqual([]);
    expect(await read(only(file, [3, 4], { number: 2 }))).toMatchObject({ settled: 2, exceptions: 1 });
    expect(await open()).toMatchObject([{ kind: 'missing', expectedFen: 5_000 }]);
    expect((await statuses())[4]).toBe('exception exception');
    expect(await transitFen()).toBe(5_000);
    await proved();
    expect(await read(only(file, [5], { number: 3 }))).toMatchObject({
      settled: 1,
      batch: { status: 'reconciled', exceptionCount: 0 },
    });
    await proved();
  });

  it('puts every difference into the queue and books none of it', async () => {
    const file = await bankFile();
    let wrong = changed(file, 1, { amountFen: 999 });
    wrong = changed(wrong, 2, { caseNumber: 'XX2026-999999' });
    wrong = {
      ...wrong,
      number: 2,
      rows: [...wrong.rows, { ...file.rows[2]! }, { ...file.rows[3]!, ok: false }],
    };
    const reply = await read(wrong);
    // Out of order, wrong amount, unknown (and so line 2 missing), one row twice, two rows that contradict.
    expect(reply).toMatchObject({ settled: 2, failed: 0, exceptions: 7, batch: { status: 'returned' } });
    expect((await open()).map((one) => one.kind).toSorted()).toEqual([
      'contradiction',
      'contradiction',
      'duplicate',
      'missing',
      'out-of-order',
      'unknown',
      'wrong-amount',
    ]);
    expect(await statuses()).toEqual([
      'exception exception',
      'exception exception',
      'ok paid',
      'exception exception',
      'ok paid',
    ]);
    expect(await transitFen()).toBe(1_000 + 2_000 + 4_000);
    await proved();
    const clean = only(file, [1, 2, 4], { number: 3 });
    expect(await read(changed(clean, 4, { ok: false, reason: '账户已冻结' }))).toMatchObject({
      settled: 2,
      failed: 1,
      exceptions: 0,
    });
    // What concerned those lines is settled by the later file; the rest waits for a person.
    expect((await open()).map((one) => one.kind).toSorted()).toEqual([
      'duplicate',
      'out-of-order',
      'unknown',
    ]);
    for (const one of await open())
      await money().resolveException({ params: { id: one.id }, body: { resolution: '已电话核实' } });
    expect(await money().getBatch({ params: { id: batchId } })).toMatchObject({
      status: 'reconciled',
      okCount: 4,
      failedCount: 1,
    });
    await proved();
  });

  it('does not pay again what the bank first refused and then calls paid', async () => {
    const file = await bankFile();
    await read(changed({ ...file, last: false }, 1, { ok: false, reason: '账户不存在' }));
    expect((await statuses())[0]).toBe('rejected failed');
    const reply = await read(only(file, [1], { number: 2 }));
    expect(reply).toMatchObject({ settled: 0, exceptions: 1 });
    expect((await statuses())[0]).toBe('rejected exception');
    const batchAgain = money().createBatch({ body: { fundId: fund.id } });
    await expect(batchAgain).rejects.toMatchObject({ code: 'batch-empty' });
    await proved();
    const [one] = await open();
    expect(one).toMatchObject({ kind: 'contradiction', can: ['resolve', 'book'] });
    const settled = await money().resolveException({
      params: { id: one!.id },
      body: { resolution: '银行确认已入账', outcome: 'paid' },
    });
    expect(settled).toMatchObject({ status: 'resolved', resolution: '银行确认已入账', can: [] });
    expect((await statuses())[0]).toBe('ok paid');
    expect(await transitFen()).toBe(0);
    await proved();
    const twice = money().resolveException({
      params: { id: one!.id },
      body: { resolution: '再来一次', outcome: 'paid' },
    });
    await expect(twice).rejects.toMatchObject({ code: 'row-conflict' });
  });

  it('does not undo what was paid when the bank later refuses', async () => {
    const file = await bankFile();
    await read({ ...file, last: false });
    const reply = await read(changed(only(file, [2], { number: 2 }), 2, { ok: false, reason: '退汇' }));
    expect(reply).toMatchObject({ settled: 0, failed: 0, exceptions: 1 });
    expect((await statuses())[1]).toBe('ok paid');
    const [one] = await open();
    const book = money().resolveException({
      params: { id: one!.id },
      body: { resolution: '退回了', outcome: 'failed' },
    });
    await expect(book).rejects.toMatchObject({ code: 'payment-not-open' });
    expect((await open())[0]).toMatchObject({ kind: 'contradiction', can: ['resolve', 'return'] });
    await proved();
  });

  it('lets a person say that a payment in doubt failed; it goes into a later batch', async () => {
    await read(changed(await bankFile(), 3, { amountFen: 1 }));
    const [one] = await open();
    expect(one).toMatchObject({ kind: 'wrong-amount', amountFen: 1, expectedFen: 3_000, rowNumber: 5 });
    await money().resolveException({
      params: { id: one!.id },
      body: { resolution: '银行退回全款', outcome: 'failed' },
    });
    expect((await statuses())[2]).toBe('rejected failed');
    const { items } = await money().list({ query: { fundId: fund.id, status: 'failed' } });
    await money().correctCard({ params: { id: items[0]!.id }, body: { note: '卡号无误，重新付款' } });
    const again = await money().createBatch({ body: { fundId: fund.id } });
    expect(again).toMatchObject({ lineCount: 1, totalFen: 3_000 });
    await proved();
  });

  it('of another batch, before sending, or cut short is not read at all', async () => {
    const file = await bankFile();
    const other = read({ ...file, batchNumber: 'PB20200101-0001' });
    await expect(other).rejects.toMatchObject({ code: 'return-unreadable' });
    const bytes = csvReturnFile(file, '2026-11-25');
    const cut = read(bytes.subarray(0, bytes.length - 30));
    await expect(cut).rejects.toMatchObject({ code: 'return-unreadable' });
    expect(await statuses()).toEqual(Array.from({ length: 5 }, () => 'pending sent'));
    await approveClaim(t, { fund: `return-${runs}` });
    const locked = await money().createBatch({ body: { fundId: fund.id } });
    const early = money().importReturn({ params: { id: locked.id } }, { raw: bytes });
    await expect(early).rejects.toMatchObject({
      code: 'batch-not-open',
      message: expect.stringContaining('待放行'),
    });
    const nobody = t.as('payer').disbursements.importReturn({ params: { id: batchId } }, { raw: bytes });
    await expect(nobody).rejects.toMatchObject({ code: 'permission-missing' });
    // Not a demonstration here: nobody plays the bank.
    const demo = t.call('treasurer', {
      method: 'GET',
      url: `/api/v1/payment-batches/${batchId}/demo-return`,
    });
    expect((await demo).status).toBe(404);
  });
});
