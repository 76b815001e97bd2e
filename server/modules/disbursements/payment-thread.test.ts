import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { approveClaim, fundWith, sentBatch, testCard } from '../../../tests/ledger/approved-claims.ts';
import type { Fund } from './funds.ts';
import { makeReturnFile, reconcileLedger } from './index.ts';

let t: TestApp;
let fund: Fund;

beforeAll(async () => {
  t = await testApp({ demo: true });
  fund = await fundWith(t, 100_000);
});
afterAll(() => t?.close());

const money = () => t.as('treasurer').disbursements;
const balances = async () => {
  const { items } = await money().listFunds();
  const { availableFen, reservedFen, inTransitFen, paidThisYearFen } = items[0]!;
  return { availableFen, reservedFen, inTransitFen, paidThisYearFen };
};
const bankReturn = (batchId: string, reject = 0) => t.db((ctx) => makeReturnFile(ctx, batchId, { reject }));
const read = (batchId: string, bytes: Buffer) =>
  money().importReturn({ params: { id: batchId }, query: { fileName: '回盘.csv' } }, { raw: bytes });
const paymentOf = async (caseId: string) => (await money().list({ query: { caseId } })).items[0]!;
const outsideTransaction = async () => expect(await t.db(reconcileLedger)).toEqual([]);

/** Every file of the data folder, as text of its bytes, for finding what should not be there. */
async function dataFolder(): Promise<string> {
  const names = await readdir(t.dataDir, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  const contents = await Promise.all(files.map((entry) => readFile(join(entry.parentPath, entry.name))));
  expect(contents.length).toBeGreaterThan(2);
  return contents.map((bytes) => bytes.toString('latin1')).join('\n');
}

describe('from approval to the member’s account', () => {
  it('reserves, batches, releases, settles and tells her', async () => {
    const card = testCard(77);
    const caseId = await approveClaim(t, { member: 'chen', card });
    expect(await balances()).toEqual({
      availableFen: 90_000,
      reservedFen: 10_000,
      inTransitFen: 0,
      paidThisYearFen: 0,
    });
    const payment = await paymentOf(caseId);
    expect(payment).toMatchObject({
      status: 'ready',
      payeeName: '陈小顺',
      bankCardMasked: `**** ${card.slice(-4)}`,
    });
    const batch = await money().createBatch({ body: { fundId: fund.id } });
    expect(batch).toMatchObject({
      status: 'locked',
      lineCount: 1,
      totalFen: 10_000,
      preparedBy: '蒋会计',
      can: ['cancel'],
    });
    const call = { params: { id: batch.id } };
    const released = await t.as('payer').disbursements.releaseBatch(call);
    expect(released).toMatchObject({ status: 'exported', releasedBy: '沈出纳', can: ['file', 'send'] });
    expect(await balances()).toMatchObject({ reservedFen: 0, inTransitFen: 10_000 });
    const file = await t.call('payer', {
      method: 'GET',
      url: `/api/v1/payment-batches/${batch.id}/file?format=csv`,
    });
    expect(iconv.decode(file.raw, 'gb18030')).toBe(
      `批次号,${batch.number},日期,20261124,笔数,1,合计金额,100.00\r\n序号,户名,账号,金额,用途,业务编号\r\n1,陈小顺,${card},100.00,职工住院医疗慰问金,${payment.caseNumber}\r\n`,
    );
    const sent = await t.as('payer').disbursements.markSent(call);
    expect(sent.status).toBe('sent');
    const { content } = await bankReturn(batch.id);
    const reply = await read(batch.id, content);
    expect(reply).toMatchObject({
      settled: 1,
      failed: 0,
      exceptions: 0,
      alreadyRead: false,
      batch: { status: 'reconciled', okCount: 1 },
    });
    expect(await balances()).toEqual({
      availableFen: 90_000,
      reservedFen: 0,
      inTransitFen: 0,
      paidThisYearFen: 10_000,
    });
    const mine = await t.as('chen').cases.getMine({ params: { id: caseId } });
    expect(mine).toMatchObject({ status: 'closed', where: '已到账', paymentStatus: 'paid' });
    expect(mine.timeline.map((entry) => entry.kind)).toEqual(
      expect.arrayContaining(['payment-prepared', 'payment-sent', 'paid']),
    );
    const inbox = await t.as('chen').notifications.list({});
    expect(inbox.items[0]).toMatchObject({ title: '100 元已到账' });
    expect(inbox.items[0]!.text).toContain(`尾号 ${card.slice(-4)}`);
    expect((await t.as('chen').disbursements.myPaymentDate()).items).toEqual([
      { caseId, itemTitle: '职工住院医疗慰问金', amountFen: 10_000, paidOn: '2026-11-24' },
    ]);
    const { items: transfers } = await money().listTransfers({ params: { id: fund.id }, query: { caseId } });
    expect(transfers.map((row) => [row.kind, row.debit, row.credit]).toReversed()).toEqual([
      ['reserve', '可用', '已批准待付'],
      ['send', '已批准待付', '银行处理中'],
      ['settle', '银行处理中', '已发放'],
    ]);
    const facts = await t.db(async (ctx) => ({
      claim: await ctx.db
        .selectFrom('claim')
        .select('status')
        .where('case_id', '=', caseId)
        .executeTakeFirst(),
      audited: (
        await ctx.db
          .selectFrom('audit_event')
          .select('kind')
          .where('subject_id', 'in', [batch.id, caseId])
          .orderBy('at')
          .execute()
      ).map((row) => row.kind),
      waiting: await ctx.db
        .selectFrom('rollup_delta')
        .select((eb) => eb.fn.sum('amount').as('sum'))
        .where('metric', '=', 'stage:payment')
        .executeTakeFirst(),
      paid: await ctx.db
        .selectFrom('rollup_delta')
        .select(['period', 'amount'])
        .where('metric', '=', 'paid-fen')
        .orderBy('period')
        .execute(),
      happenings: await ctx.db.selectFrom('happening').select('kind').where('case_id', '=', caseId).execute(),
    }));
    expect(facts.claim).toEqual({ status: 'paid' });
    expect(facts.audited).toEqual(
      expect.arrayContaining([
        'batch.locked',
        'batch.released',
        'batch.file-read',
        'batch.sent',
        'return.read',
        'case.closed',
      ]),
    );
    expect(Number(facts.waiting?.sum)).toBe(0);
    expect(facts.paid).toEqual([
      { period: '2026', amount: 10_000 },
      { period: '2026-11-24', amount: 10_000 },
    ]);
    expect(facts.happenings).toContainEqual({ kind: 'paid' });
    const stored = await dataFolder();
    for (const form of [
      card,
      Buffer.from(card).toString('hex'),
      Buffer.from(card).toString('base64').slice(0, 20),
    ])
      expect(stored).not.toContain(form);
    await outsideTransaction();
  });

  it('asks for another card after a refusal and pays in a later batch', async () => {
    const caseId = await approveClaim(t, { member: 'wang' });
    const first = await sentBatch(t, fund);
    const refused = await read(first, (await bankReturn(first, 1)).content);
    expect(refused).toMatchObject({ settled: 0, failed: 1, exceptions: 0 });
    const payment = await paymentOf(caseId);
    expect(payment).toMatchObject({ status: 'failed', failureReason: '账户不存在', can: ['correct'] });
    const mine = await t.as('wang').cases.getMine({ params: { id: caseId } });
    expect(mine.can).toEqual(['correct-card']);
    expect((await t.as('wang').notifications.list({})).items[0]!.title).toBe('银行没能付款，请更换银行卡');
    const wrong = t
      .as('wang')
      .disbursements.correctMyCard({ params: { id: caseId }, body: { bankCard: '6222020000000000017' } });
    await expect(wrong).rejects.toMatchObject({ code: 'card-invalid' });
    const others = t
      .as('chen')
      .disbursements.correctMyCard({ params: { id: caseId }, body: { bankCard: testCard(5001) } });
    await expect(others).rejects.toMatchObject({ code: 'thing-not-found' });
    await t
      .as('wang')
      .disbursements.correctMyCard({ params: { id: caseId }, body: { bankCard: testCard(5001) } });
    const second = await sentBatch(t, fund);
    const file = await t.call('payer', { method: 'GET', url: `/api/v1/payment-batches/${second}/file` });
    expect(file.raw.toString('latin1')).toContain(testCard(5001));
    await read(second, (await bankReturn(second)).content);
    expect(await paymentOf(caseId)).toMatchObject({ status: 'paid', failureReason: null });
    await outsideTransaction();
  });

  it('pays a visit in cash without any bank', async () => {
    const caseId = await approveClaim(t, { member: 'li', channel: 'home-visit' });
    expect(await paymentOf(caseId)).toMatchObject({ status: 'visit-due', bankCardMasked: null });
    const photo = await t.upload('visitor', '合影.png', onePixel);
    const signature = await t.upload('visitor', '签名.png', onePixel);
    const visit = {
      params: { id: caseId },
      body: { visitedOn: '2026-11-24', photoId: photo, signatureId: signature, note: '已当面送达' },
    };
    expect(await t.as('visitor').claims.recordVisit(visit)).toEqual({ ok: true, paymentStatus: 'paid' });
    await expect(t.as('visitor').claims.recordVisit(visit)).rejects.toMatchObject({
      code: 'payment-not-open',
    });
    const mine = await t.as('li').cases.getMine({ params: { id: caseId } });
    expect(mine.timeline.at(-1)).toMatchObject({ kind: 'visited' });
    await outsideTransaction();
  });

  it('waits for a card when there was none, and can be turned into a visit', async () => {
    await t.db((ctx) =>
      ctx.db
        .updateTable('member')
        .set({ bank_card_sealed: null, bank_card_masked: null })
        .where('id', '=', t.world.members.zhao.id)
        .execute(),
    );
    const caseId = await approveClaim(t, { member: 'zhao', card: null });
    const payment = await paymentOf(caseId);
    expect(payment).toMatchObject({ status: 'failed', failureReason: '还没有银行卡号' });
    const correction = { params: { id: payment.id }, body: { note: '本人电话告知' } };
    await expect(money().correctCard(correction)).rejects.toMatchObject({ code: 'card-missing' });
    await t.as('otherApprover').claims.chooseVisit({
      params: { id: caseId },
      body: { channel: 'home-visit', reason: '行动不便' },
    });
    expect(await paymentOf(caseId)).toMatchObject({ status: 'visit-due', failureReason: null });
  });
});

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
