import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { xlsxBytes } from '../../kernel/sheets/write-xlsx.ts';
import { clearOldFiles } from './imports/clear-old-files.ts';
import { ancestorsOf, createUnions, importUnionsFile, moveUnion, pickUnion } from './index.ts';

const directory = fileURLToPath(new URL('../../../tests/data/roster-hailing/unions.xlsx', import.meta.url));

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t.close());

const sheetOf = (rows: string[][]) => {
  const titles = ['工会名称', '上级工会', '工会层级代码', '统一社会信用代码', '建会日期', '职工人数'];
  return xlsxBytes([{ name: '名录', columns: titles.map((title) => ({ title })), rows }]);
};
const preview = (bytes: Buffer) =>
  t.as('registrar').unionImports.preview({ query: { fileName: '名录.xlsx' } }, { raw: bytes });
const take = async (rows: string[][]) => {
  const run = await preview(await sheetOf(rows));
  return t.as('registrar').unionImports.commit({ params: { id: run.id } });
};
const find = async (name: string) => {
  const { items } = await t.as('registrar').unions.list({ query: { q: name } });
  return items.find((item) => item.name === name)!;
};

describe('the directory of unions', () => {
  it('takes the 93 unions of the district, and the same file again changes nothing', async () => {
    const { run, refused } = await t.db((ctx) => importUnionsFile(ctx, directory));
    expect(run.counts).toMatchObject({ rows: 93, accept: 93, warn: 0, reject: 0 });
    // City and district stand in the fixture world already.
    expect(run.counts).toMatchObject({ added: 91, changed: 2, unchanged: 0 });
    expect(refused).toBeNull();
    const events = () =>
      t.db((ctx) => sql<{ count: number }>`select count(*)::int from union_event`.execute(ctx.db));
    const before = (await events()).rows;
    const again = await t.db((ctx) => importUnionsFile(ctx, directory));
    expect(again.run.counts).toMatchObject({ added: 0, changed: 0, unchanged: 93 });
    expect((await events()).rows).toEqual(before);
  });

  it('resolves superiors that stand further down, and refuses circles and strangers', async () => {
    const run = await preview(
      await sheetOf([
        ['星河小区联合工会委员会', '星河街道总工会', '60', '', '', ''],
        ['星河街道总工会', '海陵区总工会', '50', '', '', ''],
        ['圈甲公司工会委员会', '圈乙公司工会委员会', '60', '', '', ''],
        ['圈乙公司工会委员会', '圈甲公司工会委员会', '60', '', '', ''],
        ['孤单公司工会委员会', '没有这个总工会', '60', '', '', ''],
      ]),
    );
    expect(run.counts).toMatchObject({ accept: 2, reject: 3, added: 2 });
    expect(run.byFault.map(({ kind, rows }) => [kind, rows])).toEqual([
      ['superior-circle', 2],
      ['unknown-superior', 1],
    ]);
    await t.as('registrar').unionImports.commit({ params: { id: run.id } });
    const estate = await find('星河小区联合工会委员会');
    expect(estate.superior!.name).toBe('星河街道总工会');
    const { ancestors } = await t.as('registrar').unions.get({ params: { id: estate.id } });
    expect(ancestors.map(({ name }) => name)).toEqual(['泰州市总工会', '海陵区总工会', '星河街道总工会']);
  });

  it('leaves alone what lies outside the importer’s scope', async () => {
    const run = await preview(
      await sheetOf([
        ['泰州市总工会', '', '30', '', '1999-09-09', ''],
        ['海陵区新设街道总工会', '海陵区总工会', '50', '', '', ''],
        ['姜堰新设街道总工会', '姜堰区总工会', '50', '', '', ''],
      ]),
    );
    expect(run.counts).toMatchObject({ accept: 1, warn: 1, reject: 1, added: 1, changed: 0, unchanged: 1 });
    expect(run.byFault.map(({ kind }) => kind).toSorted()).toEqual(['left-as-is', 'outside-scope']);
    await expect(t.as('townCadre').unionImports.list({ query: {} })).rejects.toMatchObject({
      code: 'permission-missing',
    });
  });
});

describe('the kept files', () => {
  it('go when nobody commits within two days, and thirty days after an import', async () => {
    const rows = [['忘了提交的公司工会委员会', '九龙镇总工会', '60', '', '', '']];
    const [left, done] = [await preview(await sheetOf(rows)), await take(rows)];
    const kept = () => readdir(`${t.dataDir}/rosters`);
    expect(await kept()).toEqual(expect.arrayContaining([left.id, done.id]));
    const later = (days: number) => {
      t.addDays(days);
      return t.db((ctx) => clearOldFiles(ctx));
    };
    await later(3);
    await expect.poll(kept).not.toContain(left.id);
    expect(await kept()).toContain(done.id);
    const run = await t.as('registrar').unionImports.get({ params: { id: left.id } });
    expect(run.status).toBe('discarded');
    await later(28);
    await expect.poll(kept).toEqual([]);
    const refused = await t.call('registrar', {
      method: 'GET',
      url: `/api/v1/unions/imports/${done.id}/refused.xlsx`,
    });
    expect(refused.status).toBe(404);
    t.addDays(-31);
  });
});

describe('a union’s past', () => {
  it('gives the state of a past day from its events', async () => {
    await take([['往事电子工会委员会', '九龙镇总工会', '60', '', '2010-03-01', '120']]);
    t.addDays(10);
    const run = await take([['往事电子工会委员会', '城东街道总工会', '60', '', '2010-03-01', '150']]);
    expect(run.counts).toMatchObject({ changed: 1 });
    const { id } = await find('往事电子工会委员会');
    const get = (on?: string) =>
      t.as('registrar').unions.get({ params: { id }, query: { ...(on && { on }) } });
    expect(await get()).toMatchObject({ staffCount: 150, superior: { name: '城东街道总工会' } });
    expect(await get('2026-11-30')).toMatchObject({ staffCount: 120, superior: { name: '九龙镇总工会' } });
    await expect(get('2010-02-28')).rejects.toMatchObject({ code: 'thing-not-found' });
    const history = await t.as('registrar').unions.history({ params: { id }, query: {} });
    expect(history.items.map(({ text }) => text).toSorted()).toEqual([
      '上级工会由「九龙镇总工会」改为「城东街道总工会」',
      '建立「往事电子工会委员会」',
      '职工人数：120 → 150',
    ]);
    const line = await t.db((ctx) =>
      ctx.db.selectFrom('union_superior').selectAll().where('union_id', '=', id).orderBy('from_on').execute(),
    );
    expect(line.map(({ from_on, to_on }) => [from_on, to_on])).toEqual([
      ['2010-03-01', '2026-12-04'],
      ['2026-12-04', null],
    ]);
  });
});

describe('moving a union', () => {
  it('carries everything below, whoever’s scope it lies in, in one transaction', async () => {
    const { jiulong, sanshui, couriers, hailing, city } = t.world.unions;
    await t.db((ctx) => moveUnion(ctx, { unionId: jiulong.id, superiorId: sanshui.id }));
    const path = `${sanshui.path}.4.7`;
    const rows = await t.db((ctx) =>
      sql<{ path: string; member: string; grant: string }>`
        select "union".path, member.union_path as member, g.union_path as "grant"
        from "union" join member on member.union_id = "union".id join "grant" g on g.union_id = "union".id
        where "union".id = ${couriers.id} and member.id = ${t.world.members.chen.id} limit 1`.execute(ctx.db),
    );
    expect(rows.rows).toEqual([{ path, member: path, grant: path }]);
    t.addDays(0);
    const chen = { params: { id: t.world.members.chen.id } };
    await expect(t.as('registrar').members.get(chen)).rejects.toMatchObject({ code: 'thing-not-found' });
    expect((await t.as('jiangyanApprover').members.get(chen)).ancestors.at(-1)!.name).toBe('九龙镇总工会');
    const office = pickUnion(await t.db((ctx) => ancestorsOf(ctx, path)), 'district');
    expect(office!.name).toBe('姜堰区总工会');
    await expect(
      t.db((ctx) => moveUnion(ctx, { unionId: hailing.id, superiorId: hailing.id })),
    ).rejects.toMatchObject({ code: 'union-circle' });
    await expect(
      t.db((ctx) => moveUnion(ctx, { unionId: city.id, superiorId: couriers.id })),
    ).rejects.toMatchObject({ code: 'union-circle' });
    await t.db((ctx) => moveUnion(ctx, { unionId: jiulong.id, superiorId: hailing.id }));
    expect((await t.as('registrar').members.get(chen)).name).toBe('陈小顺');
  });
});

describe('the tree', () => {
  it('begins at the roots of my scope and opens level by level', async () => {
    const roots = await t.as('registrar').unions.tree({ query: {} });
    expect(roots.nodes.map(({ name }) => name)).toEqual(['海陵区总工会']);
    const below = await t.as('registrar').unions.tree({ query: { parent: roots.nodes[0]!.id } });
    expect(below.nodes.map(({ name }) => name)).toContain('九龙镇总工会');
    expect(below.nodes.length).toBe(roots.nodes[0]!.childCount);
    const { jiangyan } = t.world.unions;
    const outside = t.as('registrar').unions.tree({ query: { parent: jiangyan.id } });
    await expect(outside).rejects.toMatchObject({ code: 'thing-not-found' });
  });

  it('finds by part of the name, pinyin and initials, and nothing outside', async () => {
    const ginkgo = {
      name: '银杏物流工会委员会',
      superiorId: t.world.unions.jiulong.id,
      levelCode: '60',
      formCode: '4',
    };
    const [made] = await t.db((ctx) => createUnions(ctx, [ginkgo]));
    for (const q of ['银杏', '物流', 'yinxing', 'yxwl']) {
      const { items } = await t.as('registrar').unions.list({ query: { q } });
      expect(items.map(({ id }) => id)).toContain(made);
      expect((await t.as('jiangyanChair').unions.list({ query: { q } })).total).toBe(0);
    }
    const taken = t.db((ctx) => createUnions(ctx, [ginkgo]));
    await expect(taken).rejects.toMatchObject({ code: '23505' });
  });
});
