import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import iconv from 'iconv-lite';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';
import { approveClaim, fundWith, sentBatch } from '../../../tests/ledger/approved-claims.ts';
import type { Fund } from './funds.ts';
import { makeReturnFile, reconcileLedger } from './index.ts';

let t: TestApp;
let fund: Fund;
beforeAll(async () => {
  t = await testApp({ demo: true });
  fund = await fundWith(t, 1_000_000);
});
afterAll(() => t?.close());

const money = () => t.as('treasurer').disbursements;
const availableFen = async () => (await money().listFunds()).items[0]!.availableFen;
const paymentOf = async (caseId: string) => (await money().list({ query: { caseId } })).items[0]!;
const cancel = (person: PersonName, id: string) =>
  t.as(person).cases.cancelApproval({ params: { id }, body: { reason: '误批：票据不是本人的' } });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof ApiError ? error.code : String(error)),
  );
const inBatch = () => money().createBatch({ body: { fundId: fund.id } });
const actsOf = async (person: PersonName, id: string) =>
  (await t.as(person).cases.get({ params: { id } })).can;

it('gives the promise back, tells the member and frees her place', async () => {
  const before = await availableFen();
  const id = await approveClaim(t, { member: 'chen' });
  expect(await availableFen()).toBe(before - 10_000);
  expect(await actsOf('otherApprover', id)).toContain('cancel');
  expect(await cancel('otherApprover', id)).toMatchObject({ status: 'declined' });
  expect(await availableFen()).toBe(before);
  expect(await paymentOf(id)).toMatchObject({ status: 'cancelled', can: [] });
  const { items } = await money().listTransfers({ params: { id: fund.id }, query: { caseId: id } });
  expect(items.map((row) => row.kind)).toEqual(['release', 'reserve']);
  const mine = await t.as('chen').cases.getMine({ params: { id } });
  expect(mine.timeline.at(-1)).toMatchObject({ kind: 'cancelled', note: '误批：票据不是本人的' });
  const [told] = (await t.as('chen').notifications.list({})).items;
  expect(told).toMatchObject({ title: '批准已取消', caseId: id });
  expect(told!.text).toContain('误批：票据不是本人的');
  const page = await t.as('approver').cases.get({ params: { id } });
  expect(page.decisions.at(-1)).toMatchObject({ outcome: 'cancel', by: '郑审批' });
  const facts = await t.db(async (ctx) => ({
    claim: await ctx.db.selectFrom('claim').select('status').where('case_id', '=', id).executeTakeFirst(),
    audited: await ctx.db
      .selectFrom('audit_event')
      .select('kind')
      .where('subject_id', '=', id)
      .where('kind', '=', 'case.cancelled')
      .execute(),
  }));
  expect(facts).toEqual({ claim: { status: 'released' }, audited: [{ kind: 'case.cancelled' }] });
  expect(await codeOf(cancel('otherApprover', id))).toBe('case-not-open');
  expect(await t.db(reconcileLedger)).toEqual([]);
});

it('needs another person who may approve there', async () => {
  const id = await approveClaim(t, { member: 'wang' });
  expect(await codeOf(cancel('approver', id))).toBe('cancel-same-person');
  expect(await actsOf('approver', id)).not.toContain('cancel');
  expect(await codeOf(cancel('chair', id))).toBe('permission-missing');
  expect(await codeOf(cancel('treasurer', id))).toBe('permission-missing');
  expect(await codeOf(cancel('jiangyanApprover', id))).toBe('thing-not-found');
  await cancel('otherApprover', id);
  // The approver's own claim is not hers to cancel either.
  const own = await approveClaim(t, { member: 'approverPerson', by: 'otherApprover' });
  expect(await codeOf(cancel('approver', own))).toBe('decision-own-case');
});

it('takes a payment out of a batch nobody has released', async () => {
  const [gone, kept] = [
    await approveClaim(t, { member: 'chen' }),
    await approveClaim(t, { member: 'li', by: 'otherApprover' }),
  ];
  const batch = await inBatch();
  await cancel('otherApprover', gone);
  const after = await money().getBatch({ params: { id: batch.id } });
  expect(after).toMatchObject({
    status: 'locked',
    lineCount: batch.lineCount - 1,
    totalFen: batch.totalFen - 10_000,
  });
  const { number } = (await paymentOf(kept)).batchNumber ? { number: batch.number } : { number: '' };
  await t.as('payer').disbursements.releaseBatch({ params: { id: batch.id } });
  const file = await t.call('payer', { method: 'GET', url: `/api/v1/payment-batches/${batch.id}/file` });
  const text = iconv.decode(file.raw, 'gb18030');
  expect(text).toContain(number);
  expect(text).toContain((await paymentOf(kept)).caseNumber);
  expect(text).not.toContain((await paymentOf(gone)).caseNumber);
  // Released is too late for the rest.
  expect(await actsOf('approver', kept)).not.toContain('cancel');
  expect(await codeOf(cancel('approver', kept))).toBe('batch-not-open');
  await t.as('payer').disbursements.markSent({ params: { id: batch.id } });
  expect(await codeOf(cancel('approver', kept))).toBe('payment-not-open');
  const { content } = await t.db((ctx) => makeReturnFile(ctx, batch.id));
  const read = await money().importReturn(
    { params: { id: batch.id }, query: { fileName: '回盘.csv' } },
    { raw: content },
  );
  expect(read).toMatchObject({ exceptions: 0, batch: { status: 'reconciled' } });
  expect(await codeOf(cancel('approver', kept))).toBe('case-not-open');
  expect(await t.db(reconcileLedger)).toEqual([]);
});

it('dissolves the batch it leaves empty', async () => {
  const id = await approveClaim(t, { member: 'zhang' });
  const batch = await inBatch();
  expect(batch.lineCount).toBe(1);
  await cancel('otherApprover', id);
  expect(await codeOf(money().getBatch({ params: { id: batch.id } }))).toBe('thing-not-found');
  expect(await codeOf(inBatch())).toBe('batch-empty');
  expect(await t.db(reconcileLedger)).toEqual([]);
});

it('cancels a visit not yet made, and not one that was', async () => {
  const id = await approveClaim(t, { member: 'liu', by: 'jiangyanApprover', channel: 'home-visit' }).catch(
    () => null,
  );
  // Her district has no fund; the near one's member has.
  expect(id).toBeNull();
  const near = await approveClaim(t, { member: 'li', channel: 'home-visit' });
  expect(await cancel('otherApprover', near)).toMatchObject({ status: 'declined' });
  const visit = { visitedOn: '2026-11-24', photoId: near, signatureId: near, note: '已送达' };
  const late = t.as('visitor').claims.recordVisit({ params: { id: near }, body: visit });
  expect(await codeOf(late)).toBe('payment-not-open');
});

it('either is cancelled or goes to the bank, never both', { timeout: 300_000 }, async () => {
  for (let round = 0; round < 5; round += 1) {
    const id = await approveClaim(t, { member: 'sun' });
    const attempts = await Promise.all([
      ...Array.from({ length: 6 }, () => codeOf(cancel('otherApprover', id))),
      codeOf(sentBatch(t, fund)),
    ]);
    const cancelled = attempts.slice(0, 6).filter((code) => code === 'no refusal').length;
    const { status } = await paymentOf(id);
    expect([cancelled, status]).toEqual(cancelled === 1 ? [1, 'cancelled'] : [0, 'sent']);
    expect(attempts.join()).not.toContain('internal-fault');
  }
  expect(await t.db(reconcileLedger)).toEqual([]);
});
