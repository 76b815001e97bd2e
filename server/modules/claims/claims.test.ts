import { hospitalConsolation } from '@smart-union/catalogue/benefits/hospital-consolation/definition.ts';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { pngPhoto } from '../../../tests/world/photos.ts';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';
import { worldNow } from '../../../tests/database/template.ts';
import { payClaims } from './index.ts';

let t: TestApp;

beforeAll(async () => {
  t = await testApp();
  // Money has its own tests; here only the claim's part is looked at.
  payClaims({
    approved: async () => {},
    channelChanged: async () => {},
    visited: async () => 'paid',
    cancelled: async () => {},
  });
});
beforeEach(() => t.setNow(worldNow));
afterAll(() => t.close());

const { code } = hospitalConsolation;

async function fill(person: PersonName, admittedOn: string, dischargedOn: string) {
  const client = t.as(person);
  const draft = await client.cases.open({ body: { itemCode: code } });
  const receipts = [await t.upload(person, '票据.jpg', await pngPhoto())];
  const answers = {
    receipts,
    hospital: '泰州市人民医院',
    admittedOn,
    dischargedOn,
    diagnosis: '肺炎',
    bankCard: '6222021234567890128',
  };
  const saved = await client.cases.saveAnswers({
    params: { id: draft.id },
    body: { answers, version: draft.version },
  });
  expect(saved.faults).toEqual([]);
  return { id: draft.id, version: saved.version };
}

const send = (person: PersonName, draft: { id: string; version: number }, idempotencyKey?: string) =>
  t
    .as(person)
    .cases.submit(
      { params: { id: draft.id }, body: { version: draft.version } },
      idempotencyKey ? { idempotencyKey } : {},
    );

const claim = async (person: PersonName, admittedOn: string, dischargedOn: string) =>
  send(person, await fill(person, admittedOn, dischargedOn));

const refusal = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => error as ApiError,
  );

it('explains what she may claim before she fills anything in', async () => {
  const { items, claimable } = await t.as('chen').claims.entitlements();
  expect(claimable).toBe(1);
  expect(items[0]).toMatchObject({
    code,
    ok: true,
    amountFen: 10_000,
    usedThisPeriod: 0,
    allowedPerPeriod: 2,
    promiseWorkingDays: 2,
  });
  expect(items[0]!.checks.map((check) => check.reason).join()).toContain('上限 2 次');
});

it('refuses the third claim of a year with the reason and the day, before the form', async () => {
  await claim('wang', '2026-03-01', '2026-03-05');
  await claim('wang', '2026-06-01', '2026-06-05');
  const error = await refusal(t.as('wang').cases.open({ body: { itemCode: code } }));
  expect(error).toMatchObject({ status: 422, code: 'claim-not-entitled' });
  expect(error!.message).toContain('上限 2 次');
  expect(error!.message).toContain('2027年1月1日');
  const { items } = await t.as('wang').claims.entitlements();
  expect(items[0]).toMatchObject({ ok: false, usedThisPeriod: 2, from: '2027-01-01' });
});

it('counts the year in Shanghai, to the second', async () => {
  t.setNow(new Date('2026-12-31T15:59:59Z'));
  expect((await t.as('wang').claims.entitlement({ params: { code } })).ok).toBe(false);
  t.setNow(new Date('2026-12-31T16:00:00Z'));
  expect((await t.as('wang').claims.entitlement({ params: { code } })).ok).toBe(true);
});

it('lets one of two simultaneous last claims through, whatever both read before', async () => {
  await claim('li', '2026-02-01', '2026-02-03');
  const first = await fill('li', '2026-05-01', '2026-05-04');
  // A second draft of the same item cannot be opened by hand; a rush of twenty submissions of one draft is one claim.
  const results = await Promise.all(Array.from({ length: 20 }, () => refusal(send('li', first))));
  expect(results.filter((error) => error === null)).toHaveLength(1);
  expect(results.every((error) => error === null || error.status === 409)).toBe(true);
  const rows = await t.db((ctx) =>
    ctx.db
      .selectFrom('claim')
      .select('ordinal')
      .where('member_id', '=', t.world.members.li.id)
      .orderBy('ordinal')
      .execute(),
  );
  expect(rows.map((row) => row.ordinal)).toEqual([1, 2]);
});

it('leaves the database the last word on places', async () => {
  const moveSecondTo = (ordinal: number) =>
    t.db((ctx) =>
      ctx.db
        .updateTable('claim')
        .set({ ordinal })
        .where('member_id', '=', t.world.members.li.id)
        .where('ordinal', '=', 2)
        .execute(),
    );
  await expect(moveSecondTo(3)).rejects.toMatchObject({ code: '23514' });
  await expect(moveSecondTo(1)).rejects.toMatchObject({ code: '23505' });
});

it('pays one stay once', async () => {
  await claim('zhang', '2026-08-10', '2026-08-20');
  const error = await refusal(claim('zhang', '2026-08-15', '2026-08-25'));
  expect(error).toMatchObject({ code: 'claim-not-entitled' });
  expect(error!.message).toContain('重叠');
});

it('keeps the place through a return and frees it on a decline', async () => {
  const sent = await claim('chen', '2026-07-01', '2026-07-04');
  const at = { params: { id: sent.id } };
  await t.as('chair').cases.decide({ ...at, body: { outcome: 'return', note: '补一张票据' } });
  expect((await t.as('chen').claims.entitlement({ params: { code } })).usedThisPeriod).toBe(1);
  const mine = await t.as('chen').cases.getMine(at);
  await t.as('chen').cases.submit({ ...at, body: { version: mine.version } });
  const rows = await t.db((ctx) =>
    ctx.db.selectFrom('claim').select('ordinal').where('case_id', '=', sent.id).execute(),
  );
  expect(rows).toEqual([{ ordinal: 1 }]);
  await t.as('chair').cases.decide({ ...at, body: { outcome: 'decline', note: '不是住院票据' } });
  expect((await t.as('chen').claims.entitlement({ params: { code } })).usedThisPeriod).toBe(0);
});

it('answers a repeated key with the first reply and refuses it for anything else', async () => {
  const draft = await fill('chen', '2026-09-01', '2026-09-04');
  const [one, two] = await Promise.all([send('chen', draft, 'same-key'), send('chen', draft, 'same-key')]);
  expect(two).toEqual(one);
  const other = await refusal(send('chen', { ...draft, version: draft.version + 1 }, 'same-key'));
  expect(other).toMatchObject({ status: 422, code: 'idempotency-mismatch' });
});

it('records a visit by somebody who did not decide, with photo and signature', async () => {
  const sent = await claim('zhang', '2026-10-10', '2026-10-12');
  const at = { params: { id: sent.id } };
  await t.db((ctx) =>
    ctx.db
      .insertInto('grant')
      .values({
        id: ctx.id(),
        account_id: t.world.cadres.deputyChair.id,
        role: 'unit-chair',
        union_id: t.world.unions.motors.id,
        union_path: t.world.unions.motors.path,
        from_on: '2020-01-01',
        granted_at: ctx.now,
      })
      .execute(),
  );
  t.server.host.auth.forget();
  await t.as('deputyChair').cases.decide({ ...at, body: { outcome: 'approve' } });
  await t.as('otherApprover').cases.decide({ ...at, body: { outcome: 'approve' } });
  await t
    .as('otherApprover')
    .claims.chooseVisit({ ...at, body: { channel: 'home-visit', reason: '行动不便' } });
  const photo = await t.upload('visitor', '上门.jpg', await pngPhoto());
  const signature = await t.upload('visitor', '签名.jpg', await pngPhoto());
  const late = { visitedOn: '2026-12-30', photoId: photo, signatureId: signature, note: '已当面交付' };
  expect((await refusal(t.as('visitor').claims.recordVisit({ ...at, body: late })))!.code).toBe(
    'input-invalid',
  );
  const done = await t
    .as('visitor')
    .claims.recordVisit({ ...at, body: { ...late, visitedOn: '2026-11-20' } });
  expect(done).toMatchObject({ ok: true });
});
