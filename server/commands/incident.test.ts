import { mkdtemp, readFile, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../tests/database/test-app.ts';
import { readSheets } from '../kernel/sheets/read.ts';
import { at } from './factory.ts';

let t: TestApp;
let folder: string;
beforeAll(async () => {
  t = await testApp();
  folder = await mkdtemp(join(tmpdir(), 'smart-union-incident-'));
});
afterAll(async () => {
  await t?.close();
  await rm(folder, { recursive: true, force: true });
});

const report = (...args: string[]) => at(t.url, t.dataDir)('incident', 'report', ...args);

const disclose = (member: 'chen' | 'wang') =>
  t.as('chair').members.disclose({
    params: { id: t.world.members[member].id },
    body: { fields: ['idNumber'], reason: '电话核对身份' },
  });

it('tells who opened and exported whose data in the window, and nothing outside of it', async () => {
  t.addDays(-2);
  await disclose('wang');
  t.addDays(2);
  await disclose('chen');
  await disclose('chen');
  const url = `/api/v1/members/export.xlsx?reason=${encodeURIComponent('年度核对名册')}`;
  expect((await t.call('registrar', { method: 'GET', url })).status).toBe(200);
  const { total } = await t.as('registrar').members.list({ query: {} });
  const window = ['--from', '2026-11-24', '--to', '2026-11-25T00:00', '--out'];
  const made = await report(...window, join(folder, 'all'));
  expect(made).toMatchObject({ code: 0, err: '' });
  const names = await readdir(join(folder, 'all'));
  const path = (end: string, under = 'all') =>
    join(
      folder,
      under,
      names.find((name) => name.endsWith(end))!,
    );
  expect((await stat(path('.xlsx'))).mode & 0o777).toBe(0o600);
  const { sheets } = await readSheets({ bytes: await readFile(path('.xlsx')) });
  const rowsOf = (name: string) =>
    sheets
      .find((one) => one.name === name)!
      .rows.slice(1)
      .map(({ texts }) => texts);
  expect(rowsOf('汇总')).toEqual([[String(total + 2), String(total), '1', String(total)]]);
  expect(
    rowsOf('按账号')
      .map(([username]) => username)
      .toSorted(),
  ).toEqual([t.world.cadres.chair.username, t.world.cadres.registrar.username].toSorted());
  expect(rowsOf('涉及人员')).toHaveLength(total);
  expect(rowsOf('查看明细')).toHaveLength(2);
  expect(rowsOf('导出明细')).toHaveLength(1);
  expect(JSON.stringify(sheets)).not.toContain(t.world.members.chen.idNumber);
  const text = await readFile(path('.txt'), 'utf8');
  expect(text).toContain(`涉及人数：${total} 人`);
  expect(text).toContain('证件号码');
  const audited = await t.db((ctx) =>
    ctx.db.selectFrom('audit_event').select('payload').where('kind', '=', 'incident.reported').execute(),
  );
  expect(JSON.parse(audited[0]!.payload)).toMatchObject({ data: { persons: total, opened: 1 } });
});

it('narrows to one account, and refuses what it cannot understand', async () => {
  const one = ['--from', '2026-11-20', '--to', '2026-11-25', '--out', join(folder, 'one'), '--account'];
  expect((await report(...one, t.world.cadres.chair.username)).out).toContain('涉及 2 人、账号 1 个');
  expect(await report(...one, 'nobody')).toMatchObject({ code: 1 });
  expect(await report('--from', '昨天', '--to', '2026-11-25')).toMatchObject({ code: 2 });
  expect(await report('--from', '2026-11-25', '--to', '2026-11-25')).toMatchObject({ code: 2 });
});
