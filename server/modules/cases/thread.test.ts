import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';

let t: TestApp;
let photo: Buffer;

beforeAll(async () => {
  t = await testApp();
  photo = await sharp({ create: { width: 60, height: 40, channels: 3, background: '#fff' } })
    .jpeg()
    .toBuffer();
});
afterAll(() => t.close());

const code = 'hospital-consolation';

/** Opens, fills and submits a claim as a member of the world. */
async function claim(person: PersonName, admittedOn: string, dischargedOn: string) {
  const client = t.as(person);
  const draft = await client.cases.open({ body: { itemCode: code } });
  const receipt = await t.upload(person, '票据.jpg', photo);
  const answers = {
    receipts: [receipt],
    hospital: '泰州市人民医院',
    admittedOn,
    dischargedOn,
    diagnosis: '急性阑尾炎',
    bankCard: '6222 0212 3456 7890 128'.replace(/ /g, ''),
  };
  const saved = await client.cases.saveAnswers({
    params: { id: draft.id },
    body: { answers, version: draft.version },
  });
  expect(saved.faults).toEqual([]);
  return client.cases.submit({ params: { id: draft.id }, body: { version: saved.version } });
}

const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(ApiError);
  return error as ApiError;
};

it('carries a claim from the phone through both desks', async () => {
  const sent = await claim('chen', '2026-11-10', '2026-11-14');
  expect(sent).toMatchObject({ status: 'in_review', stage: 'unit-review' });
  expect(sent.number).toMatch(/^TE2026-\d{6}$/);
  const todo = await t.as('chair').cases.list();
  expect(todo.items.map((row) => row.id)).toEqual([sent.id]);
  expect((await t.as('siblingChair').cases.list()).total).toBe(0);
  expect((await refusal(t.as('siblingChair').cases.get({ params: { id: sent.id } }))).status).toBe(404);
  const page = await t.as('chair').cases.get({ params: { id: sent.id } });
  expect(page.answers.diagnosis).not.toContain('阑尾炎');
  expect(page.files.receipts).toHaveLength(1);
  expect(page.checks.every((check) => check.ok)).toBe(true);
  const opened = await t
    .as('chair')
    .cases.disclose({ params: { id: sent.id }, body: { fields: ['diagnosis'], reason: '核对出院记录' } });
  expect(opened.values.diagnosis).toBe('急性阑尾炎');
  const seen = await t.as('chen').members.myAccessLog();
  expect(seen.items[0]).toMatchObject({ who: '赵主席', fieldsEn: ['Diagnosis'], reason: '核对出院记录' });
  await t.as('chair').cases.decide({ params: { id: sent.id }, body: { outcome: 'approve' } });
  const again = await refusal(
    t.as('chair').cases.decide({ params: { id: sent.id }, body: { outcome: 'approve' } }),
  );
  expect(again).toMatchObject({ status: 409, code: 'decision-already-made' });
  const district = await t.as('approver').cases.list();
  expect(district.items[0]).toMatchObject({ id: sent.id, stage: 'district-approval' });
  const mine = await t.as('chen').cases.getMine({ params: { id: sent.id } });
  expect(mine.timeline.map((entry) => entry.kind)).toEqual(['submitted', 'approved-stage', 'stage-opened']);
});

it('returns a claim to the member and takes it again', async () => {
  const sent = await claim('wang', '2026-10-01', '2026-10-05');
  const at = { params: { id: sent.id } };
  expect((await refusal(t.as('chair').cases.decide({ ...at, body: { outcome: 'return' } }))).code).toBe(
    'decision-note-missing',
  );
  await t.as('chair').cases.decide({ ...at, body: { outcome: 'return', note: '票据看不清' } });
  const mine = await t.as('wang').cases.getMine(at);
  expect(mine).toMatchObject({
    status: 'returned',
    returnedNote: '票据看不清',
    can: ['edit', 'submit', 'withdraw'],
  });
  const back = await t.as('wang').cases.submit({ ...at, body: { version: mine.version } });
  expect(back).toMatchObject({ status: 'in_review', number: sent.number });
  expect((await t.as('wang').notifications.list()).items.map((one) => one.title)).toContain(
    '申请被退回，请补充',
  );
});

it('asks for the card once only', async () => {
  const draft = await t.as('chen').cases.open({ body: { itemCode: code } });
  expect(draft.answers).toEqual({ bankCard: expect.stringMatching(/^\*+ ?0128$/) });
  const saved = await t.as('chen').cases.saveAnswers({
    params: { id: draft.id },
    body: { answers: draft.answers, version: draft.version },
  });
  expect(saved.faults.map((fault) => fault.field)).not.toContain('bankCard');
});

it('lets nobody decide her own case', async () => {
  const sent = await claim('zhao', '2026-09-01', '2026-09-03');
  const error = await refusal(
    t.as('chair').cases.decide({ params: { id: sent.id }, body: { outcome: 'approve' } }),
  );
  expect(error.code).toBe('decision-own-case');
  await t.as('deputyChair').cases.decide({ params: { id: sent.id }, body: { outcome: 'approve' } });
});
