import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../tests/database/test-app.ts';
import { hashOfQuery } from './exports.ts';
import { readSheets } from './sheets/read.ts';
import { openZip } from './sheets/zip-parts.ts';
import { defaultLimits } from './sheets/rows.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

const url = `/api/v1/members/export.xlsx?reason=${encodeURIComponent('年度核对名册')}`;
const logged = () => t.db((ctx) => ctx.db.selectFrom('export_event').selectAll().orderBy('at').execute());

it('marks the file in sight and out of sight with who, when and which, and keeps whose rows it held', async () => {
  const { status, raw } = await t.call('registrar', { method: 'GET', url });
  expect(status).toBe(200);
  const [event] = await logged();
  const { username, name } = t.world.cadres.registrar;
  const rows = (await readSheets({ bytes: raw })).sheets[0]!.rows;
  const mark = rows.at(-1)!.texts[0]!;
  for (const part of [name, username, event!.number, '年度核对名册', '2026-11-24 12:00'])
    expect(mark).toContain(part);
  const zip = await openZip(raw, defaultLimits);
  const pieces: Buffer[] = [];
  for await (const piece of zip.stream('docprops/custom.xml')) pieces.push(piece);
  zip.close();
  const custom = Buffer.concat(pieces).toString();
  expect(custom).toContain(event!.number);
  expect(custom).toContain(username);
  const listed = await t.as('registrar').members.list({ query: { pageSize: 200 } });
  expect(event).toMatchObject({ who: name, subject: 'members', row_count: listed.total });
  expect(event!.member_ids.toSorted()).toEqual(listed.items.map(({ id }) => id).toSorted());
});

it('exports cases by the same way', async () => {
  const before = (await logged()).length;
  const { status } = await t.call('approver', {
    method: 'GET',
    url: `/api/v1/cases/export.xlsx?reason=${encodeURIComponent('月度汇总')}`,
  });
  expect(status).toBe(200);
  expect((await logged()).at(before)).toMatchObject({ subject: 'cases', reason: '月度汇总', row_count: 0 });
});

it('keeps the log of exports from being changed', async () => {
  const change = t.db((ctx) => ctx.db.updateTable('export_event').set({ reason: '别的' }).execute());
  await expect(change).rejects.toMatchObject({ code: '42501' });
  await expect(t.db((ctx) => ctx.db.deleteFrom('export_event').execute())).rejects.toMatchObject({
    code: '42501',
  });
});

it('knows one question from another, whatever page or reason', () => {
  const one = hashOfQuery('members', { under: 'u', status: undefined, page: 1, pageSize: 20, reason: 'a' });
  expect(hashOfQuery('members', { reason: 'b', page: 3, under: 'u' })).toEqual(one);
  expect(hashOfQuery('members', { under: 'v' })).not.toEqual(one);
  expect(hashOfQuery('cases', { under: 'u' })).not.toEqual(one);
});
