import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type PersonName, type TestApp } from '../../../tests/database/test-app.ts';
import { privacyDefaults } from '../../kernel/pii/settings.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

const inbox = async (person: PersonName) => (await t.as(person).notifications.list({ query: {} })).items;
const look = () =>
  t.as('chair').members.disclose({
    params: { id: t.world.members.chen.id },
    body: { fields: ['idNumber'], reason: '电话核对身份' },
  });

it('tells the auditors above of many looks and of the limit, and refuses the next in plain words', async () => {
  const [many, most] = [privacyDefaults['disclosures-alarm'], privacyDefaults['disclosures-per-hour']];
  for (let count = 1; count < many; count += 1) await look();
  expect(await inbox('auditor')).toEqual([]);
  await look();
  expect(await inbox('auditor')).toMatchObject([
    { title: '敏感信息查看次数偏多', text: expect.stringContaining(`赵主席 一小时内查看了 ${many} 次`) },
  ]);
  for (let count = many; count < most; count += 1) await look();
  await expect(look()).rejects.toMatchObject({
    status: 429,
    code: 'disclosure-limit',
    message: expect.stringContaining(`已达 ${most} 次`),
  });
  expect((await inbox('auditor')).map(({ title }) => title)).toContain('敏感信息查看达到上限');
  for (const other of ['approver', 'treasurer', 'admin'] as const) expect(await inbox(other)).toEqual([]);
  const { items } = await t.as('auditor').audit.list({ query: { kind: 'pii.alarmed' } });
  expect(items).toHaveLength(2);
});

const numberOf = (id: string) =>
  t.db(async (ctx) => {
    const found = await ctx.db
      .selectFrom('member')
      .select('member_number')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return found.member_number;
  });
const reason = '医院急救需要联系家属';

it('opens what a second person allowed, for its minutes only, and the member reads all of it', async () => {
  const { chen } = t.world.members;
  const memberNumber = await numberOf(chen.id);
  const treasurer = t.as('treasurer');
  const direct = treasurer.members.disclose({
    params: { id: chen.id },
    body: { fields: ['phone'], reason },
  });
  await expect(direct).rejects.toMatchObject({ code: 'permission-missing' });
  const asked = await treasurer.privacy.ask({ body: { kind: 'opening', memberNumber, reason } });
  expect(asked).toMatchObject({ status: 'asked', can: [] });
  const at = { params: { id: asked.id } };
  const open = (person: PersonName = 'treasurer') =>
    t.as(person).privacy.open({ ...at, body: { fields: ['phone'] } });
  await expect(open()).rejects.toMatchObject({ code: 'request-not-granted' });
  expect((await inbox('auditor'))[0]).toMatchObject({ title: '有一件个人信息申请等您批准' });
  for (const person of ['treasurer', 'admin', 'approver'] as const)
    await expect(t.as(person).privacy.decide({ ...at, body: { outcome: 'grant' } })).rejects.toMatchObject({
      code: 'permission-missing',
    });
  const tooLong = t.as('auditor').privacy.decide({ ...at, body: { outcome: 'grant', minutes: 61 } });
  await expect(tooLong).rejects.toMatchObject({ code: 'input-invalid' });
  expect((await t.as('auditor').privacy.list({ query: {} })).items[0]).toMatchObject({ can: ['decide'] });
  const granted = await t.as('auditor').privacy.decide({ ...at, body: { outcome: 'grant', minutes: 60 } });
  expect(granted).toMatchObject({ status: 'granted', decidedBy: '杨经审' });
  await expect(t.as('auditor').privacy.decide({ ...at, body: { outcome: 'decline' } })).rejects.toMatchObject(
    { code: 'request-decided' },
  );
  expect((await open()).values).toEqual({ phone: chen.phone });
  for (const other of ['payer', 'chair', 'auditor'] as const)
    await expect(open(other)).rejects.toMatchObject({ code: 'thing-not-found' });
  const seen = await t.as('chen').members.myAccessLog({ query: { pageSize: 100 } });
  expect(seen.items.map((item) => item.reason)).toContain(`紧急查看：${reason}（杨经审 批准）`);
  t.addDays(61 / 1440);
  await expect(open()).rejects.toMatchObject({ code: 'request-not-granted' });
  t.addDays(-61 / 1440);
  const kinds = await t.db((ctx) =>
    ctx.db
      .selectFrom('audit_event')
      .select('kind')
      .where('subject_id', '=', asked.id)
      .orderBy('at')
      .execute(),
  );
  expect(kinds.map(({ kind }) => kind).toSorted()).toEqual([
    'privacy.asked',
    'privacy.granted',
    'privacy.used',
  ]);
});

it('is refused to another account of the same person, and to who only knows a wrong number', async () => {
  const memberNumber = await numberOf(t.world.members.wang.id);
  const asked = await t.as('payer').privacy.ask({ body: { kind: 'opening', memberNumber, reason } });
  const { payer, auditor } = t.world.cadres;
  const index = Buffer.alloc(32, 7);
  await t.db((ctx) =>
    ctx.db
      .updateTable('account')
      .set({ person_index: index })
      .where('id', 'in', [payer.id, auditor.id])
      .execute(),
  );
  t.server.host.auth.forget();
  const decided = t.as('auditor').privacy.decide({ params: { id: asked.id }, body: { outcome: 'grant' } });
  await expect(decided).rejects.toMatchObject({ code: 'request-same-person' });
  await t.db((ctx) =>
    ctx.db
      .updateTable('account')
      .set({ person_index: null })
      .where('id', 'in', [payer.id, auditor.id])
      .execute(),
  );
  t.server.host.auth.forget();
  const declined = await t
    .as('auditor')
    .privacy.decide({ params: { id: asked.id }, body: { outcome: 'decline' } });
  expect(declined).toMatchObject({ status: 'declined', expiresAt: null });
  const wrong = t
    .as('payer')
    .privacy.ask({ body: { kind: 'opening', memberNumber: 'TEST999999999', reason } });
  await expect(wrong).rejects.toMatchObject({ code: 'thing-not-found' });
});

it('lets a long list out once, for the very question a second person allowed', async () => {
  await t.db((ctx) =>
    ctx.db
      .insertInto('privacy_setting')
      .values({ name: 'export-rows', from_on: ctx.today, set_at: ctx.now, value: 2, reason: '测试' })
      .execute(),
  );
  const url = (under?: string) =>
    `/api/v1/members/export.xlsx?reason=${encodeURIComponent('年度核对')}${under ? `&under=${under}` : ''}`;
  const fetchList = (under?: string) => t.call('registrar', { method: 'GET', url: url(under) });
  const refused = await fetchList();
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 'export-needs-approval' } } });
  const asked = await t.as('registrar').privacy.ask({
    body: { kind: 'export', subject: 'members', query: {}, reason: '年度核对名册' },
  });
  expect((await fetchList()).status).toBe(409);
  await t.as('auditor').privacy.decide({ params: { id: asked.id }, body: { outcome: 'grant' } });
  expect((await fetchList(t.world.unions.jiulong.id)).status).toBe(409);
  const twice = await Promise.all([fetchList(), fetchList()]);
  expect(twice.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  const [event] = await t.db((ctx) => ctx.db.selectFrom('export_event').selectAll().execute());
  expect(event).toMatchObject({ request_id: asked.id });
  const notMine = t.as('treasurer').privacy.ask({
    body: { kind: 'export', subject: 'members', query: {}, reason: '年度核对名册' },
  });
  await expect(notMine).rejects.toMatchObject({ code: 'permission-missing' });
});
