import { birthdayCake } from '@smart-union/catalogue-kit/testing/birthday-cake.ts';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';
import { payClaims } from '../claims/index.ts';
import { publishItems } from './index.ts';
import { endNotices, escalateOverdue } from './watch-deadlines.ts';

let t: TestApp;

beforeAll(async () => {
  t = await testApp();
  // The engine is what is tested here: money is the disbursements' tests' business.
  payClaims({
    approved: async () => {},
    channelChanged: async () => {},
    visited: async () => 'paid',
    cancelled: async () => {},
  });
  await t.db((ctx) => publishItems(ctx, [birthdayCake]));
});
afterAll(() => t.close());

async function askForCake(person: PersonName, withCandles = false) {
  const client = t.as(person);
  const draft = await client.cases.open({ body: { itemCode: birthdayCake.code } });
  const answers = {
    partyOn: '2026-12-01',
    flavour: 'durian',
    withCandles,
    wish: '发财',
    card: '6222021234567890128',
  };
  const saved = await client.cases.saveAnswers({
    params: { id: draft.id },
    body: { answers, version: draft.version },
  });
  expect(saved.faults).toEqual([]);
  return client.cases.submit({ params: { id: draft.id }, body: { version: saved.version } });
}

const decide = (
  person: PersonName,
  id: string,
  body: { outcome: 'approve' | 'return' | 'decline'; note?: string; returnTo?: string },
) => t.as(person).cases.decide({ params: { id }, body });

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof ApiError ? error.code : String(error)),
  );

const kinds = async (id: string) =>
  (
    await t.db((ctx) =>
      ctx.db.selectFrom('audit_event').select('kind').where('subject_id', '=', id).orderBy('at').execute(),
    )
  ).map((row) => row.kind);

it('asks two different people, then waits for the public notice', async () => {
  const { id, stage } = await askForCake('chen');
  expect(stage).toBe('taste');
  expect(await decide('chair', id, { outcome: 'approve' })).toMatchObject({
    stage: 'cut',
    status: 'in_review',
  });
  expect(await decide('approver', id, { outcome: 'approve' })).toMatchObject({
    stage: 'cut',
    status: 'in_review',
  });
  expect(await codeOf(decide('approver', id, { outcome: 'approve' }))).toBe('decision-already-made');
  // One of two has approved: the day by which the other must is the same.
  const half = await t.as('otherApprover').cases.get({ params: { id } });
  expect(half).toMatchObject({ dueOn: '2026-11-27', status: 'in_review' });
  expect(await decide('otherApprover', id, { outcome: 'approve' })).toMatchObject({
    stage: 'cut',
    status: 'in_review',
  });
  const mine = await t.as('chen').cases.getMine({ params: { id } });
  expect(mine.timeline.at(-1)).toMatchObject({ kind: 'public-notice', dueOn: '2026-11-29' });
  t.addDays(6);
  await t.db(endNotices);
  expect(await t.as('chen').cases.getMine({ params: { id } })).toMatchObject({ status: 'approved' });
  expect(await kinds(id)).toContain('case.approved');
  t.addDays(-6);
});

it('asks one more desk for candles, unless the same person would be asked again', async () => {
  const { id } = await askForCake('wang', true);
  await t.db((ctx) =>
    ctx.db
      .insertInto('grant')
      .values({
        id: ctx.id(),
        account_id: t.world.cadres.chair.id,
        role: 'unit-chair',
        union_id: t.world.unions.jiulong.id,
        union_path: t.world.unions.jiulong.path,
        from_on: '2020-01-01',
        granted_at: ctx.now,
      })
      .execute(),
  );
  t.server.host.auth.forget();
  expect(await decide('chair', id, { outcome: 'approve' })).toMatchObject({ stage: 'cut' });
  const page = await t.as('approver').cases.get({ params: { id } });
  expect(page.decisions.map((one) => [one.stage, one.outcome])).toEqual([
    ['taste', 'approve'],
    ['candles', 'pass'],
  ]);
});

it('returns to an earlier desk and voids what was decided since', async () => {
  const { id } = await askForCake('li');
  await decide('siblingChair', id, { outcome: 'approve' });
  expect(await codeOf(decide('approver', id, { outcome: 'return', note: '再尝尝', returnTo: 'icing' }))).toBe(
    'input-invalid',
  );
  expect(
    await decide('approver', id, { outcome: 'return', note: '再尝尝', returnTo: 'taste' }),
  ).toMatchObject({ stage: 'taste' });
  const page = await t.as('siblingChair').cases.get({ params: { id } });
  expect(page.decisions.map((one) => [one.stage, one.outcome, one.voided])).toEqual([
    ['taste', 'approve', true],
    ['cut', 'return', false],
  ]);
  expect(await decide('siblingChair', id, { outcome: 'approve' })).toMatchObject({ stage: 'cut' });
});

it('hands a task over and asks for a countersign', async () => {
  const { id } = await askForCake('zhang');
  const at = { params: { id } };
  const chairOfMotors = await t.db(async (ctx) => {
    const union = t.world.unions.motors;
    const base = {
      role: 'unit-chair',
      union_id: union.id,
      union_path: union.path,
      from_on: '2020-01-01',
      granted_at: ctx.now,
    };
    await ctx.db
      .insertInto('grant')
      .values([
        { ...base, id: ctx.id(), account_id: t.world.cadres.deputyChair.id },
        { ...base, id: ctx.id(), account_id: t.world.cadres.siblingChair.id },
      ])
      .execute();
    return t.world.cadres.deputyChair.id;
  });
  t.server.host.auth.forget();
  await t
    .as('siblingChair')
    .cases.countersign({ ...at, body: { accountId: chairOfMotors, note: '请一起看看' } });
  expect(await decide('siblingChair', id, { outcome: 'approve' })).toMatchObject({
    stage: 'taste',
    status: 'in_review',
  });
  expect(await decide('deputyChair', id, { outcome: 'approve' })).toMatchObject({ stage: 'cut' });
  const other = t.world.cadres.otherApprover.id;
  await t.as('approver').cases.handOver({ ...at, body: { accountId: other, note: '我出差' } });
  expect(await codeOf(decide('approver', id, { outcome: 'approve' }))).toBe('decision-not-mine');
  const { items } = await t.as('otherApprover').cases.colleagues(at);
  expect(items).toEqual([{ accountId: t.world.cadres.approver.id, name: '钱审批', office: '海陵区总工会' }]);
  const outsider = t.world.cadres.jiangyanApprover.id;
  expect(
    await codeOf(
      t.as('otherApprover').cases.handOver({ ...at, body: { accountId: outsider, note: '请办' } }),
    ),
  ).toBe('input-invalid');
});

it('decides once when twenty hands press at the same time', async () => {
  const { id } = await askForCake('sun');
  const results = await Promise.all(
    Array.from({ length: 20 }, () => codeOf(decide('deputyChair', id, { outcome: 'approve' }))),
  );
  // The deputy chair has no say over pumps; the sibling chair is the applicant herself.
  expect(new Set(results)).toEqual(new Set(['thing-not-found']));
  const two = await askForCake('zhao');
  const pressed = await Promise.all(
    Array.from({ length: 20 }, () => codeOf(decide('deputyChair', two.id, { outcome: 'approve' }))),
  );
  expect(pressed.filter((code) => code === 'no refusal')).toHaveLength(1);
  expect(pressed.filter((code) => code === 'decision-already-made')).toHaveLength(19);
  const rows = await t.db((ctx) =>
    ctx.db.selectFrom('decision').select('id').where('case_id', '=', two.id).execute(),
  );
  expect(rows).toHaveLength(1);
});

it('decides in bulk, each case for itself', async () => {
  const one = await askForCake('chen');
  const { results } = await t.as('chair').cases.decideMany({
    body: { ids: [one.id, t.world.members.chen.id], outcome: 'approve' },
  });
  expect(results.map(({ ok, code }) => [ok, code])).toEqual([
    [true, null],
    [false, 'thing-not-found'],
  ]);
});

it('escalates what is overdue, once', async () => {
  const { id } = await askForCake('liu');
  t.addDays(9);
  expect(await t.db(escalateOverdue)).toBeGreaterThan(0);
  expect(await t.db(escalateOverdue)).toBe(0);
  const inbox = await t.as('jiangyanChair').notifications.list();
  expect(inbox.items.map((message) => [message.title, message.caseId])).toContainEqual([
    '有申请超期未办',
    id,
  ]);
  const list = await t.as('jiangyanChair').cases.list({ query: { overdue: 'true' } });
  expect(list.items[0]).toMatchObject({ id, overdue: true, escalated: true });
  t.addDays(-9);
});

it('refuses a membership that is too young, with the day it begins', async () => {
  const error = await t
    .as('newcomer')
    .cases.open({ body: { itemCode: birthdayCake.code } })
    .catch((thrown: ApiError) => thrown);
  expect(error).toMatchObject({ code: 'claim-not-entitled' });
  expect((error as ApiError).message).toContain('2027年5月2日');
});

it('keeps the chain of the audit log whole through all of this', async () => {
  await t
    .as('auditor')
    .audit.verify()
    .then((verification) => expect(verification).toMatchObject({ ok: true }));
});
