import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';
import { makeReturnFile, openFund } from '../disbursements/index.ts';
import { foldOnce, reconcileRollups } from './index.ts';

let app: TestApp;
let photo: Buffer;

beforeAll(async () => {
  app = await testApp();
  await app.db((ctx) => reconcileRollups(ctx, { repair: true }));
  photo = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#fff' } })
    .jpeg()
    .toBuffer();
});
afterAll(() => app?.close());

async function claim(person: PersonName): Promise<{ params: { id: string } }> {
  const client = app.as(person);
  const draft = await client.cases.open({ body: { itemCode: 'hospital-consolation' } });
  const answers = {
    receipts: [await app.upload(person, '票据.jpg', photo)],
    hospital: '泰州市人民医院',
    admittedOn: '2026-11-10',
    dischargedOn: '2026-11-14',
    diagnosis: '肺炎',
    bankCard: '6222021234567890128',
  };
  const at = { params: { id: draft.id } };
  const saved = await client.cases.saveAnswers({ ...at, body: { answers, version: draft.version } });
  await client.cases.submit({ ...at, body: { version: saved.version } });
  return at;
}

const figures = async () => {
  await foldOnce(app.server.platform, app.federation);
  expect(await app.db((ctx) => reconcileRollups(ctx, { repair: false }))).toEqual([]);
  const overview = await app.as('leader').dashboards.overview({ query: {} });
  const stages = Object.fromEntries(overview.stages.map((stage) => [stage.id, stage.count]));
  return { ...overview, stages };
};

it('keeps every figure true while claims are filed, reviewed, returned, declined and withdrawn', async () => {
  const sent = await claim('chen');
  const returned = await claim('wang');
  const declined = await claim('li');
  const withdrawn = await claim('newcomer');
  const filed = await figures();
  expect(filed.figures).toMatchObject({ claimsToday: 4, claimsThisYear: 4, inProgress: 4 });
  expect(filed.stages['unit-review']).toBe(4);
  expect(filed.moments.map((moment) => moment.kind)).toEqual(['claimed', 'claimed', 'claimed', 'claimed']);

  await app.as('chair').cases.decide({ ...sent, body: { outcome: 'approve' } });
  await app.as('chair').cases.decide({ ...returned, body: { outcome: 'return', note: '票据看不清' } });
  await app
    .as('siblingChair')
    .cases.decide({ ...declined, body: { outcome: 'decline', note: '不是住院票据' } });
  await app.as('newcomer').cases.withdraw(withdrawn);
  const decided = await figures();
  expect(decided.figures).toMatchObject({ claimsToday: 4, inProgress: 1 });
  expect(decided.stages).toMatchObject({ 'unit-review': 0, 'district-approval': 1 });

  const again = await app.as('wang').cases.getMine(returned);
  await app.as('wang').cases.submit({ ...returned, body: { version: again.version } });
  expect((await figures()).figures).toMatchObject({ claimsToday: 4, inProgress: 2 });
});

it('follows the money: promised, sent, refused for one, arrived for the other', async () => {
  const { hailing, city } = app.world.unions;
  const fund = await app.db((ctx) =>
    openFund(ctx, { code: 'universal-benefit', name: '职工普惠慰问资金', unionId: hailing.id }),
  );
  const treasurer = app.as('treasurer').disbursements;
  await treasurer.deposit({ params: { id: fund.id }, body: { amountFen: 1_000_000, note: '年初拨入' } });
  const todo = await app.as('chair').cases.list();
  for (const { id } of todo.items) {
    await app.as('chair').cases.decide({ params: { id }, body: { outcome: 'approve' } });
  }
  for (const { id } of (await app.as('approver').cases.list()).items) {
    await app.as('approver').cases.decide({ params: { id }, body: { outcome: 'approve' } });
  }
  const promised = await figures();
  expect(promised.stages).toMatchObject({ 'unit-review': 0, 'district-approval': 0, payment: 2 });
  expect(promised.figures).toMatchObject({ inProgress: 2, paidThisYearCount: 0 });
  // Balances are for those in whose scope the fund lies: the leader of the city and the district, not a chair.
  expect(promised.funds[0]).toMatchObject({ availableFen: 980_000, reservedFen: 20_000 });
  expect((await app.as('chair').dashboards.overview({ query: {} })).funds).toEqual([]);

  app.setNow(new Date('2026-11-25T07:30:00Z'));
  const batch = await treasurer.createBatch({ body: { fundId: fund.id } });
  const at = { params: { id: batch.id } };
  await app.as('payer').disbursements.releaseBatch(at);
  await app.as('payer').disbursements.markSent(at);
  const answer = await app.db((ctx) => makeReturnFile(ctx, batch.id, { reject: 1 }));
  await treasurer.importReturn({ ...at, query: { fileName: answer.fileName } }, { raw: answer.content });
  const paid = await figures();
  expect(paid.stages.payment).toBe(1);
  expect(paid.figures).toMatchObject({
    paidToday: 1,
    paidThisYearCount: 1,
    paidThisYearFen: 10_000,
    onTimeThisYearCount: 1,
    medianHours: 27.5,
  });
  expect(paid.funds[0]).toMatchObject({ paidThisYearFen: 10_000 });
  expect(paid.days.at(-1)).toMatchObject({ on: '2026-11-25', paid: 1, paidFen: 10_000 });
  expect(paid.moments[0]).toMatchObject({ kind: 'paid' });
  expect(paid.moments[0]?.text).toContain('已到账 · 用时 1天3小时');
  // The chair's own town was paid from the district's fund: she sees the sum, not the balance.
  const chairFunds = (await app.as('chair').dashboards.overview({ query: {} })).funds;
  expect(chairFunds).toEqual([
    { name: fund.name, availableFen: null, reservedFen: null, inTransitFen: null, paidThisYearFen: 10_000 },
  ]);
  expect(
    (await app.as('leader').dashboards.overview({ query: { unionId: city.id } })).figures.claimsToday,
  ).toBe(0);
});

it('says which stage is late', async () => {
  await claim('liu');
  app.addDays(10);
  const late = (await app.as('leader').dashboards.overview({ query: {} })).stages;
  expect(Object.fromEntries(late.map((stage) => [stage.id, stage.overdue]))).toMatchObject({
    'unit-review': 1,
    'district-approval': 0,
    payment: 0,
  });
});
