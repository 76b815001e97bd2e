import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';
import { approveClaim, fundWith } from '../../../tests/ledger/approved-claims.ts';
import { pngPhoto } from '../../../tests/world/photos.ts';
import { insertGrant } from '../../../tests/world/world.ts';

let t: TestApp;
let cases: string[];
beforeAll(async () => {
  t = await testApp();
  await fundWith(t, 1_000_000);
  cases = [];
  for (const member of ['li', 'chen', 'zhang'] as const) {
    cases.push(await approveClaim(t, { member, channel: 'home-visit' }));
    t.addDays(1);
  }
  // Paid by card: nobody's visit.
  await approveClaim(t, { member: 'wang' });
});
afterAll(() => t?.close());

type Listing = ReturnType<TestApp['as']>['disbursements']['listVisits'];
type Query = NonNullable<Parameters<Listing>[0]>['query'];
const visits = (query: Query = {}, person: PersonName = 'visitor') =>
  t.as(person).disbursements.listVisits({ query });
const namesOf = async (query: Query) => (await visits(query)).items.map((row) => row.payeeName);

it('lists who waits longest first, with what is needed to go there and no more', async () => {
  const { items, total } = await visits();
  expect(total).toBe(3);
  expect(items.map((row) => row.payeeName)).toEqual(['李建国', '陈小顺', '张伟']);
  expect(items[0]).toMatchObject({
    caseId: cases[0],
    union: { name: '泰丰泵业工会委员会' },
    amountFen: 10_000,
    itemTitle: '职工住院医疗慰问金',
    can: ['visit'],
  });
  expect(items[0]!.since < items[1]!.since).toBe(true);
  expect(items[0]!.phoneMasked).toContain('****');
  expect(JSON.stringify(items)).not.toContain(t.world.members.li.phone);
});

it('searches, sorts, pages and narrows to a union', async () => {
  expect(await namesOf({ q: '陈' })).toEqual(['陈小顺']);
  expect(await namesOf({ q: '微特' })).toEqual(['张伟']);
  expect(await namesOf({ q: '%' })).toEqual([]);
  expect(await namesOf({ sort: '-since' })).toEqual(['张伟', '陈小顺', '李建国']);
  expect(await namesOf({ page: 2, pageSize: 2 })).toEqual(['张伟']);
  expect(await namesOf({ under: t.world.unions.jiulong.id })).toEqual(['李建国', '陈小顺']);
});

it('is for visitors, and offers no visit to who approved the claim', async () => {
  await expect(visits({}, 'treasurer')).rejects.toMatchObject({ code: 'permission-missing' });
  const accountId = t.world.cadres.approver.id;
  await t.db((ctx) => insertGrant(ctx, { accountId, role: 'visitor', union: t.world.unions.jiulong }));
  t.server.host.auth.forget();
  const { items } = await visits({}, 'approver');
  // Her own scope only: the town's two of three.
  expect(items.map((row) => row.can)).toEqual([[], []]);
});

it('leaves as a workbook with its reason in the audit log', async () => {
  const reply = await t.call('visitor', {
    method: 'GET',
    url: `/api/v1/visits/export.xlsx?reason=${encodeURIComponent('本周走访带用')}`,
  });
  expect(reply.status).toBe(200);
  expect(reply.raw.subarray(0, 2).toString()).toBe('PK');
  const { audited, exported } = await t.db(async (ctx) => ({
    audited: await ctx.db
      .selectFrom('audit_event')
      .select('payload')
      .where('kind', '=', 'visits.exported')
      .execute(),
    exported: await ctx.db.selectFrom('export_event').select(['row_count', 'reason']).execute(),
  }));
  expect(audited).toHaveLength(1);
  expect(audited[0]!.payload).toContain('本周走访带用');
  expect(exported).toEqual([{ row_count: 3, reason: '本周走访带用' }]);
});

it('is shorter by each visit recorded', async () => {
  const [photoId, signatureId] = await Promise.all(
    ['合影.png', '签名.png'].map(async (name) => t.upload('visitor', name, await pngPhoto())),
  );
  await t.as('visitor').claims.recordVisit({
    params: { id: cases[0]! },
    body: { visitedOn: '2026-11-25', photoId: photoId!, signatureId: signatureId!, note: '已当面送达' },
  });
  expect(await namesOf({})).toEqual(['陈小顺', '张伟']);
});
