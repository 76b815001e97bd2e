import { hospitalConsolation } from '@smart-union/catalogue/benefits/hospital-consolation/definition.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fundWith, testCard } from '../../../tests/ledger/approved-claims.ts';
import { pngPhoto } from '../../../tests/world/photos.ts';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import type { CadreName, MemberName } from '../../../tests/world/world.ts';
import { verifyAudit } from '../../kernel/audit.ts';
import { reconcileLedger } from './index.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

/** A claim filed by the member and reviewed by her unit's chair: the district decides next. */
async function reviewed(
  member: MemberName,
  chair: CadreName,
  admittedOn: string,
  card: string,
): Promise<string> {
  const { cases } = t.as(member);
  const draft = await cases.open({ body: { itemCode: hospitalConsolation.code } });
  const answers = {
    receipts: [await t.upload(member, '票据.jpg', await pngPhoto())],
    hospital: '泰州市人民医院',
    admittedOn,
    dischargedOn: admittedOn,
    diagnosis: '肺炎',
    bankCard: card,
  };
  const params = { id: draft.id };
  const saved = await cases.saveAnswers({ params, body: { answers, version: draft.version } });
  await cases.submit({ params, body: { version: saved.version } });
  await t.as(chair).cases.decide({ params, body: { outcome: 'approve', note: '' } });
  return draft.id;
}

const approve = (id: string) =>
  t.as('approver').cases.decide({ params: { id }, body: { outcome: 'approve', note: '' } });
const statusOf = async (id: string) => (await t.as('approver').cases.get({ params: { id } })).status;
const fundNow = async () => (await t.as('treasurer').disbursements.listFunds()).items[0]!;

it('is paid from the fund of the district: none, too little, enough, and never twice', async () => {
  const cards = [testCard(31), testCard(32)];
  const [first, second] = [
    await reviewed('chen', 'chair', '2026-03-01', cards[0]!),
    await reviewed('li', 'siblingChair', '2026-03-01', cards[1]!),
  ];
  await expect(approve(first)).rejects.toMatchObject({ status: 422, code: 'fund-missing' });
  const fund = await fundWith(t, 9_999);
  const short = await approve(first).catch((error: Error) => error);
  expect(short).toMatchObject({ code: 'fund-insufficient' });
  expect((short as Error).message).toContain('可用 99.99 元，需要 100 元');
  // Nothing of the refused approval is left: the case waits where it was.
  expect(await statusOf(first)).toBe('in_review');
  await t
    .as('treasurer')
    .disbursements.deposit({ params: { id: fund.id }, body: { amountFen: 5_001, note: '补足' } });
  const bulk = await t
    .as('approver')
    .cases.decideMany({ body: { ids: [first, second], outcome: 'approve', note: '' } });
  // One is covered, the other is refused by itself.
  expect(bulk.results.map((result) => result.code).toSorted()).toEqual(['fund-insufficient', null]);
  const { id: paid } = bulk.results.find((result) => result.ok)!;
  const { id: refused } = bulk.results.find((result) => !result.ok)!;
  expect([await statusOf(paid), await statusOf(refused)]).toEqual(['approved', 'in_review']);
  expect(await fundNow()).toMatchObject({ availableFen: 5_000, reservedFen: 10_000 });
  await t
    .as('treasurer')
    .disbursements.deposit({ params: { id: fund.id }, body: { amountFen: 100_000, note: '再补' } });
  const clicks = await Promise.allSettled([approve(refused), approve(refused), approve(refused)]);
  expect(clicks.filter((click) => click.status === 'fulfilled')).toHaveLength(1);
  expect(await fundNow()).toMatchObject({ availableFen: 95_000, reservedFen: 20_000 });
  const { items } = await t.as('treasurer').disbursements.list({});
  expect(items.map((item) => [item.payeeName, item.status, item.bankCardMasked]).toSorted()).toEqual([
    ['李建国', 'ready', `**** ${cards[1]!.slice(-4)}`],
    ['陈小顺', 'ready', `**** ${cards[0]!.slice(-4)}`],
  ]);
  const mine = await t.as('chen').cases.getMine({ params: { id: first } });
  expect(mine).toMatchObject({ status: 'approved', where: '已批准，等待区总工会付款' });
  expect(await t.db(reconcileLedger)).toEqual([]);
  expect(await t.db(verifyAudit)).toMatchObject({ ok: true });
});
