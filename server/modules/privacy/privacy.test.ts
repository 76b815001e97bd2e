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
