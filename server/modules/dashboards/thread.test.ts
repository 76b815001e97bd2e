import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';
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

it('says which stage is late', async () => {
  app.addDays(10);
  const late = (await app.as('leader').dashboards.overview({ query: {} })).stages;
  expect(Object.fromEntries(late.map((stage) => [stage.id, stage.overdue]))).toMatchObject({
    'unit-review': 1,
    'district-approval': 1,
    payment: 0,
  });
  app.addDays(-10);
});
