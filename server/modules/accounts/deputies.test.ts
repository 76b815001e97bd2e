import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';
import { fundWith } from '../../../tests/ledger/approved-claims.ts';
import { pngPhoto } from '../../../tests/world/photos.ts';
import type { UnionName } from '../../../tests/world/world.ts';
import type { Fund } from '../disbursements/funds.ts';

let t: TestApp;
let fund: Fund;
beforeAll(async () => {
  t = await testApp();
  fund = await fundWith(t, 1_000_000);
});
afterAll(() => t?.close());

const today = '2026-11-24';
const account = (person: PersonName) => t.world.cadres[person as 'chair'].id;

const appoint = (principal: PersonName, deputy: PersonName, from = today, until = from) =>
  t.as(principal).accounts.appointDeputy({
    body: { accountId: account(deputy), from, until, note: '外出学习' },
  });

/** Ends every deputyship of a person. */
async function back(person: PersonName): Promise<void> {
  const { items } = await t.as(person).accounts.listDeputies();
  for (const { id } of items.filter((one) => one.can.includes('revoke')))
    await t.as(person).accounts.revokeDeputy({ params: { id } });
}

let stays = 0;
async function claim(person: PersonName): Promise<string> {
  const client = t.as(person);
  const draft = await client.cases.open({ body: { itemCode: 'hospital-consolation' } });
  const day = `2026-${String(1 + (stays += 1)).padStart(2, '0')}-01`;
  const answers = {
    receipts: [await t.upload(person, '票据.png', await pngPhoto())],
    hospital: '泰州市人民医院',
    admittedOn: day,
    dischargedOn: day,
    diagnosis: '肺炎',
    bankCard: '6222021234567890128',
  };
  const { version } = await client.cases.saveAnswers({
    params: { id: draft.id },
    body: { answers, version: draft.version },
  });
  await client.cases.submit({ params: { id: draft.id }, body: { version } });
  return draft.id;
}

const approve = (person: PersonName, id: string) =>
  t.as(person).cases.decide({ params: { id }, body: { outcome: 'approve' } });

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no refusal',
    (error: unknown) => (error instanceof ApiError ? error.code : String(error)),
  );

/** Another role for a cadre of the world, with its one-time code set. */
async function alsoHolds(person: PersonName, role: string, union: UnionName): Promise<void> {
  await t.db(async (ctx) => {
    await ctx.db
      .insertInto('grant')
      .values({
        id: ctx.id(),
        account_id: account(person),
        role,
        union_id: t.world.unions[union].id,
        union_path: t.world.unions[union].path,
        from_on: '2020-01-01',
        granted_at: ctx.now,
      })
      .execute();
    await ctx.db
      .updateTable('account')
      .set({ totp_confirmed_at: ctx.now })
      .where('id', '=', account(person))
      .execute();
  });
  t.server.host.auth.forget();
}

it('lets the deputy decide while it is in force, and says for whom', async () => {
  const id = await claim('chen');
  expect(await codeOf(approve('townCadre', id))).toBe('decision-not-mine');
  const given = await appoint('chair', 'townCadre', today, '2026-11-26');
  expect(given).toMatchObject({ status: 'in-force', mine: true, deputy: { name: '周干事' } });
  const { items } = await t.as('townCadre').cases.list({ query: { view: 'todo' } });
  expect(items.map((row) => row.id)).toContain(id);
  const page = await t.as('townCadre').cases.get({ params: { id } });
  expect(page).toMatchObject({ actsFor: '赵主席', can: expect.arrayContaining(['decide']) });
  expect(await approve('townCadre', id)).toMatchObject({ stage: 'district-approval' });
  const after = await t.as('chair').cases.get({ params: { id } });
  expect(after.decisions).toMatchObject([
    { by: '周干事', actsFor: '赵主席', office: '海陵区快递行业工会联合会', outcome: 'approve' },
  ]);
  // The principal finds it among what was decided in her name.
  const decided = await t.as('chair').cases.list({ query: { view: 'decided' } });
  expect(decided.items.map((row) => row.id)).toEqual([id]);
  for (const side of ['chair', 'townCadre'] as const) {
    const inbox = await t.as(side).notifications.list({});
    expect(inbox.items.map((one) => one.text).join()).toContain('11月24日至11月26日');
  }
  const audited = await t.db((ctx) =>
    ctx.db
      .selectFrom('audit_event')
      .select(['kind', 'payload'])
      .where('kind', 'in', ['deputy.appointed', 'decision.approved'])
      .orderBy('at')
      .execute(),
  );
  expect(audited.map((one) => one.kind)).toEqual(['deputy.appointed', 'decision.approved']);
  expect(audited[0]!.payload).toContain('周干事');
  expect(audited[1]!.payload).toContain('"actsFor":"赵主席"');
  await back('chair');
});

it('lends the deciding of cases and nothing else, under the deputy’s own second factor', async () => {
  const before = (await t.as('treasurer').accounts.getSession()).permissions;
  await appoint('approver', 'treasurer');
  const { permissions } = await t.as('treasurer').accounts.getSession();
  expect(permissions.filter((one) => !before.includes(one)).toSorted()).toEqual([
    'cases.approve',
    'cases.open',
    'cases.view',
  ]);
  expect(await codeOf(t.as('treasurer').members.list({ query: {} }))).toBe('permission-missing');
  expect(await codeOf(t.as('treasurer').accounts.list({ query: {} }))).toBe('permission-missing');
  await back('approver');
  expect((await t.as('treasurer').accounts.getSession()).permissions).toEqual(before);
  // The visitor has no one-time code, which the district's deciding asks for.
  await appoint('approver', 'visitor');
  expect((await t.as('visitor').accounts.getSession()).permissions).not.toContain('cases.approve');
  await back('approver');
});

it('counts deputy and principal as one person: own claims and earlier stages', async () => {
  await alsoHolds('townCadre', 'district-approver', 'hailing');
  const own = await claim('zhao');
  const first = await claim('wang');
  await appoint('chair', 'townCadre');
  expect(await codeOf(approve('townCadre', own))).toBe('decision-deputy-own-case');
  await approve('chair', first);
  expect(await codeOf(approve('townCadre', first))).toBe('decision-deputy-same-person');
  const page = await t.as('townCadre').cases.get({ params: { id: first } });
  expect(page).toMatchObject({ can: [], cannotDecide: expect.stringContaining('算同一个人') });
  await back('chair');
  // What the principal herself decided is the principal's once the deputyship is over.
  expect(await approve('townCadre', first)).toMatchObject({ status: 'approved' });
  // What the deputy decided for the principal stays both persons' for ever.
  const second = await claim('wang');
  await appoint('chair', 'townCadre');
  await approve('townCadre', second);
  await alsoHolds('chair', 'district-approver', 'hailing');
  expect(await codeOf(approve('chair', second))).toBe('decision-same-person');
  expect(await codeOf(approve('townCadre', second))).toBe('decision-same-person');
  await back('townCadre');
  expect(await codeOf(approve('chair', second))).toBe('decision-same-person');
  await approve('approver', second);
});

it('keeps four eyes over money for both', async () => {
  await alsoHolds('chair', 'payer', 'hailing');
  await alsoHolds('townCadre', 'payer', 'hailing');
  const batch = await t.as('treasurer').disbursements.createBatch({ body: { fundId: fund.id } });
  for (const person of ['chair', 'townCadre'] as const) {
    const attempt = t.as(person).disbursements.releaseBatch({ params: { id: batch.id } });
    expect([person, await codeOf(attempt)]).toEqual([person, 'release-same-person']);
  }
  expect(await t.as('payer').disbursements.releaseBatch({ params: { id: batch.id } })).toMatchObject({
    status: 'exported',
  });
});

it('keeps the preparer’s deputy from releasing', async () => {
  await alsoHolds('treasurer', 'unit-chair', 'hailing');
  const id = await claim('zhang');
  await alsoHolds('deputyChair', 'unit-chair', 'motors');
  await approve('deputyChair', id);
  await approve('otherApprover', id);
  const batch = await t.as('treasurer').disbursements.createBatch({ body: { fundId: fund.id } });
  await appoint('treasurer', 'payer');
  const release = () => t.as('payer').disbursements.releaseBatch({ params: { id: batch.id } });
  expect(await codeOf(release())).toBe('release-same-person');
  await back('treasurer');
  expect(await release()).toMatchObject({ status: 'exported' });
});

it('begins and ends by its days', async () => {
  await appoint('siblingChair', 'townCadre', '2026-11-25', '2026-11-26');
  const may = async () =>
    (await t.as('townCadre').accounts.listDeputies()).items.find((one) => one.until === '2026-11-26')?.status;
  const id = await claim('li');
  const seen = async () =>
    (await t.as('townCadre').cases.list({ query: { view: 'todo' } })).items.some((row) => row.id === id);
  expect([await may(), await seen()]).toEqual(['planned', false]);
  t.addDays(2);
  expect([await may(), await seen()]).toEqual(['in-force', true]);
  t.addDays(1);
  expect([await may(), await seen()]).toEqual(['ended', false]);
  t.addDays(-3);
  await back('siblingChair');
});

it('refuses strangers, the past, two at once and one who is away herself', async () => {
  const fieldOf = (work: Promise<unknown>) =>
    work.then(
      () => null,
      (error: unknown) => (error as ApiError).fields?.[0]?.field ?? (error as ApiError).code,
    );
  expect(await fieldOf(appoint('siblingChair', 'chair'))).toBe('accountId');
  expect(await fieldOf(appoint('siblingChair', 'jiangyanChair'))).toBe('accountId');
  expect(await fieldOf(appoint('siblingChair', 'siblingChair'))).toBe('accountId');
  expect(await fieldOf(appoint('siblingChair', 'townCadre', '2026-11-23'))).toBe('from');
  expect(await fieldOf(appoint('siblingChair', 'townCadre', today, '2026-11-23'))).toBe('until');
  expect(await fieldOf(appoint('siblingChair', 'townCadre', today, '2028-01-01'))).toBe('until');
  expect(await fieldOf(appoint('leader', 'cityAdmin'))).toBe('accountId');
  const { items } = await t.as('siblingChair').accounts.deputyCandidates({ query: {} });
  expect(items.map((one) => one.name)).toEqual(['周干事']);
  await appoint('otherApprover', 'approver');
  expect(await fieldOf(appoint('otherApprover', 'treasurer'))).toBe('from');
  expect(await fieldOf(appoint('approver', 'otherApprover'))).toBe('accountId');
  const { items: given } = await t.as('otherApprover').accounts.listDeputies();
  const notHers = t.as('chair').accounts.revokeDeputy({ params: { id: given[0]!.id } });
  expect(await codeOf(notHers)).toBe('thing-not-found');
  await back('otherApprover');
});

it('takes one of twenty appointments made at once', async () => {
  const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(appoint('approver', 'treasurer'))));
  expect(codes.filter((code) => code === 'no refusal')).toHaveLength(1);
  expect(new Set(codes)).toEqual(new Set(['no refusal', 'input-invalid']));
  await back('approver');
});

// Closing ends the sessions of the closed account, so each has a pair of its own.
it.each([
  ['principal', 'siblingChair', 'townCadre', 'siblingChair'],
  ['deputy', 'otherApprover', 'visitor', 'visitor'],
] as const)('ends when the %s’s account is closed, and both are told', async (_side, from, to, closed) => {
  await appoint(from, to, today, '2026-12-24');
  const params = { id: account(closed) };
  await t.as('admin').accounts.setStatus({ params, body: { status: 'closed', reason: '离任' } });
  await t.as('admin').accounts.setStatus({ params, body: { status: 'active', reason: '回任' } });
  const other = closed === from ? to : from;
  const { items } = await t.as(other).accounts.listDeputies();
  expect(items.filter((one) => one.status !== 'ended')).toEqual([]);
  const inbox = await t.as(other).notifications.list({});
  expect(inbox.items[0]).toMatchObject({ title: '审批代办已结束' });
});
