import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { findTables } from '../../kernel/sheets/header.ts';
import { readSheets } from '../../kernel/sheets/read.ts';
import { xlsxBytes } from '../../kernel/sheets/write-xlsx.ts';
import { importUnionsFile } from '../unions/index.ts';
import { madeUpIdNumber } from './factory.ts';
import { importMembersFile } from './import-members.ts';
import { memberColumns } from './roster/columns.ts';

const file = (name: string) =>
  fileURLToPath(new URL(`../../../tests/data/roster-hailing/${name}`, import.meta.url));
const roster = await readFile(file('members.xlsx'));
const expected = { rows: 2000, accept: 1840, warn: 17, reject: 143 };

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
  await t.db((ctx) => importUnionsFile(ctx, file('unions.xlsx')));
});
afterAll(() => t.close());

const preview = (bytes: Buffer, fileName = 'members.xlsx') =>
  t.as('registrar').memberImports.preview({ query: { fileName } }, { raw: bytes });
const commit = (id: string) => t.as('registrar').memberImports.commit({ params: { id } });
const counts = () =>
  t.db(async (ctx) => {
    const found = await sql<Record<string, number>>`
      select (select count(*)::int from member) as members, (select count(*)::int from member_event) as events,
        (select coalesce(sum(amount), 0)::int from rollup_delta where metric = 'members')
          + (select coalesce(sum(own), 0)::int from rollup where metric = 'members') as figures`.execute(
      ctx.db,
    );
    return found.rows[0]!;
  });

/** A roster with the columns a district uses and the given rows. */
const rosterOf = (rows: string[][]) => {
  const titles = ['姓名', '证件号码', '手机号码', '所属工会', '入会日期', '工种', '会籍变化类型'];
  return xlsxBytes([{ name: '花名册', columns: titles.map((title) => ({ title })), rows }]);
};

describe('the roster of members', () => {
  it('previews with counts and masked faults, and changes nothing', async () => {
    const before = await counts();
    const run = await preview(roster);
    expect(run).toMatchObject({ status: 'previewed', fileName: 'members.xlsx', sheets: ['Sheet1'] });
    expect(run.counts).toEqual({ ...expected, added: 1857, changed: 0, unchanged: 0 });
    const titleEn = 'Wrong check digit of the ID number';
    expect(run.byFault[0]).toEqual({ kind: 'bad-checksum', title: '身份证号校验位不对', titleEn, rows: 32 });
    const faults = await t.as('registrar').memberImports.faults({
      params: { id: run.id },
      query: { pageSize: 200 },
    });
    expect(faults.total).toBe(160);
    expect(faults.items.at(0)).toMatchObject({ row: 11, column: 'idNumber', verdict: 'reject' });
    expect(JSON.stringify(faults)).not.toMatch(/\d{15}|1[3-9]\d{9}/);
    for (const { kind, reasonEn } of faults.items)
      expect(`${kind}: ${reasonEn?.replaceAll(/“[^”]*”|: [^:]*\.$/g, '')}`).toMatch(
        /^[\w-]+: [A-Z][\x20-\x7e“”’–·]*$/,
      );
    expect(await counts()).toEqual(before);
    await t.as('registrar').memberImports.discard({ params: { id: run.id } });
    await expect(commit(run.id)).rejects.toMatchObject({ code: 'import-not-open' });
  });

  it('commits what the preview said, once, and leaves nothing readable in the data folder', async () => {
    const before = await counts();
    const run = await preview(roster);
    const done = await commit(run.id);
    expect(done).toMatchObject({ status: 'committed', counts: run.counts });
    await expect(commit(run.id)).rejects.toMatchObject({ code: 'import-not-open' });
    expect(await counts()).toEqual({
      members: before.members! + 1857,
      events: before.events! + 1857,
      figures: before.figures! + 1857,
    });
    const audit = await t.db((ctx) =>
      ctx.db.selectFrom('audit_event').select('kind').where('subject_id', '=', run.id).execute(),
    );
    expect(audit).toEqual([{ kind: 'members.imported' }]);
    const kept = await readFile(`${t.dataDir}/rosters/${run.id}`);
    expect(kept.includes(roster.subarray(0, 200))).toBe(false);
  });

  it('takes the same people from the CSV, and from the same file again, as unchanged', async () => {
    const before = await counts();
    const csv = await preview(await readFile(file('members-gb18030.csv')), 'members.csv');
    expect(csv).toMatchObject({ encoding: 'gb18030' });
    expect(csv.counts).toEqual({ ...expected, added: 0, changed: 0, unchanged: 1857 });
    await commit(csv.id);
    const again = await preview(roster);
    expect(again.counts).toEqual({ ...expected, added: 0, changed: 0, unchanged: 1857 });
    await commit(again.id);
    expect(await counts()).toEqual(before);
  });

  it('gives the refused rows back with reasons, and takes them when corrected', async () => {
    const runs = await t.as('registrar').memberImports.list({ query: {} });
    const { id } = runs.items.find(({ status }) => status === 'committed')!;
    const url = `/api/v1/members/imports/${id}/refused.xlsx`;
    const { raw } = await t.call('registrar', { method: 'GET', url });
    const { sheets } = await readSheets({ bytes: raw });
    const table = findTables(sheets, memberColumns).tables[0]!;
    expect(table.rows.length).toBe(143);
    expect(table.titles.at(-1)).toBe('原因');
    const wrong = table.rows.find((row) => row.texts.at(-1)!.includes('没有填'))!;
    expect(wrong.texts.at(-1)).toContain('「姓名」');
    const corrected = [...wrong.texts];
    corrected[table.columns.get('name')!] = '补上名';
    const columns = table.titles.map((title) => ({ title }));
    const run = await preview(await xlsxBytes([{ name: table.sheet, columns, rows: [corrected] }]));
    expect(run.counts).toMatchObject({ accept: 1, reject: 0, added: 1 });
    expect((await commit(run.id)).status).toBe('committed');
  });

  it('gives them back in English to who reads English, and does not mind its own column', async () => {
    const runs = await t.as('registrar').memberImports.list({ query: {} });
    const { id } = runs.items.find(({ status, counts: had }) => status === 'committed' && had.reject > 0)!;
    const url = `/api/v1/members/imports/${id}/refused.xlsx`;
    const headers = { 'accept-language': 'en' };
    const { raw, headers: told } = await t.call('registrar', { method: 'GET', url, headers });
    expect(told['content-disposition']).toContain('refused-rows.xlsx');
    const { sheets } = await readSheets({ bytes: raw });
    const table = findTables(sheets, memberColumns).tables[0]!;
    expect(table.titles.at(-1)).toBe('Reason');
    expect(table.rows.map((row) => row.texts.at(-1))).toContain('“姓名”: There is no name. Please add it.');
    const run = await preview(raw);
    // Whose first row stayed behind is no longer there twice.
    expect(run.counts.reject).toBeGreaterThan(100);
    const again = await t.call('registrar', { method: 'GET', url: url.replace(id, run.id) });
    const back = findTables((await readSheets({ bytes: again.raw })).sheets, memberColumns).tables[0]!;
    expect(back.titles.filter((title) => title === 'Reason' || title === '原因')).toEqual(['原因']);
  });

  it('writes dated events for what a later roster says otherwise', async () => {
    const union = '泰州鑫隆鑫电机有限公司工会委员会';
    const other = '泰州盛泰鑫新材料有限公司工会委员会';
    const row = ['苏小满', '11010519491231002X', '13800138000', union, '2018-03-01', '电工', '1'];
    await commit((await preview(await rosterOf([row]))).id);
    t.addDays(1);
    const next = ['苏小满', '11010519491231002X', '13800138001', other, '2026-11-01', '快递员', '2'];
    const run = await preview(await rosterOf([next]));
    expect(run.counts).toMatchObject({ added: 0, changed: 1, unchanged: 0 });
    await commit(run.id);
    const { items } = await t.as('registrar').members.list({ query: { q: '13800138001' } });
    expect(items[0]).toMatchObject({ joinedOn: '2018-03-01', occupation: '快递员', union: { name: other } });
    const history = await t.as('registrar').members.history({ params: { id: items[0]!.id } });
    const texts = history.items.map(({ kind, effectiveOn, text }) => ({ kind, effectiveOn, text }));
    expect(texts).toHaveLength(3);
    expect(texts).toContainEqual({
      kind: 'member.transferred',
      effectiveOn: '2026-11-25',
      text: `会籍由「${union}」转到「${other}」`,
    });
    expect(texts).toContainEqual({
      kind: 'member.corrected',
      effectiveOn: '2026-11-25',
      text: '工种：电工 → 快递员；手机号码：138****8000 → 138****8001',
    });
    expect(texts.at(-1)).toEqual({ kind: 'member.enrolled', effectiveOn: '2018-03-01', text: '加入工会' });
    expect(history.items[0]!.by).toBe('吴登记');
  });

  it('refuses to commit when the data changed after the preview', async () => {
    const row = [
      '沈一诺',
      '440524188001010014',
      '13900139000',
      '泰丰泵业工会委员会',
      '2020-01-01',
      '钳工',
      '1',
    ];
    const run = await preview(await rosterOf([row]));
    const twin = await preview(await rosterOf([row]));
    await commit(twin.id);
    await expect(commit(run.id)).rejects.toMatchObject({ code: 'import-stale' });
  });

  it('commits two previews of one roster at the same time only once', async () => {
    const row = ['双双', madeUpIdNumber(1), '13900139009', '泰丰泵业工会委员会', '2020-01-01', '', '1'];
    const bytes = await rosterOf([row]);
    const runs = await Promise.all([preview(bytes), preview(bytes)]);
    const ends = await Promise.allSettled(runs.map(({ id }) => commit(id)));
    expect(ends.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('keeps an importer within her own scope', async () => {
    const rows = [
      ['甲某某', madeUpIdNumber(2), '13900139001', '泰丰泵业工会委员会', '2020-01-01', '', '1'],
      ['乙某某', madeUpIdNumber(3), '13900139002', '姜堰纺织工会委员会', '2020-01-01', '', '1'],
      // A member of 姜堰 listed as if she were new here.
      ['刘芳', t.world.members.liu.idNumber, '13900139003', '泰丰泵业工会委员会', '2020-01-01', '', '1'],
    ];
    const run = await preview(await rosterOf(rows));
    expect(run.byFault.map(({ kind }) => kind).toSorted()).toEqual(['member-elsewhere', 'unknown-union']);
    const { items } = await t.as('registrar').memberImports.faults({ params: { id: run.id }, query: {} });
    expect(JSON.stringify(items)).not.toContain('姜堰纺织工会委员会的');
    const town = t.as('townCadre').memberImports;
    await expect(town.get({ params: { id: run.id } })).rejects.toMatchObject({ code: 'thing-not-found' });
    await expect(town.commit({ params: { id: run.id } })).rejects.toMatchObject({ code: 'thing-not-found' });
    await expect(t.as('chair').memberImports.list({ query: {} })).rejects.toMatchObject({
      code: 'permission-missing',
    });
  });

  it('answers files that are no roster in words, and keeps none', async () => {
    const refused = (bytes: Buffer) => preview(bytes).catch((error: { code: string }) => error.code);
    expect(await refused(Buffer.alloc(0))).toBe('sheet-unreadable');
    expect(await refused(Buffer.from('%PDF-1.7 nothing'))).toBe('sheet-unreadable');
    expect(await refused(Buffer.from('姓名,证件号码\n张三,1\n'))).toBe('sheet-unreadable');
    expect(await refused(await xlsxBytes([{ name: 'x', columns: [{ title: 'y' }], rows: [['z']] }]))).toBe(
      'sheet-unreadable',
    );
  });

  it('does the same from the command line, all or nothing', async () => {
    const { run, refused } = await t.db((ctx) => importMembersFile(ctx, file('members.xlsx')));
    expect(run.counts).toEqual({ ...expected, added: 0, changed: 0, unchanged: 1857 });
    expect(refused!.subarray(0, 2).toString()).toBe('PK');
    const seen = await t.as('registrar').memberImports.get({ params: { id: run.id } });
    expect(seen).toMatchObject({ by: '测试', counts: run.counts });
    const elsewhere = t.as('townCadre').memberImports.get({ params: { id: run.id } });
    await expect(elsewhere).rejects.toMatchObject({ code: 'thing-not-found' });
  });
});
