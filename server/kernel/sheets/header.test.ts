import { describe, expect, it } from 'vitest';
import type { SheetError } from './errors.ts';
import { findTables } from './header.ts';
import type { ColumnWanted } from './header.ts';
import { readSheets } from './read.ts';
import type { Sheet } from './rows.ts';

type Key = 'name' | 'id' | 'phone' | 'union' | 'idKind';
const wanted: ColumnWanted<Key>[] = [
  { key: 'name', title: '姓名', words: ['职工姓名'], mandatory: true },
  { key: 'id', title: '证件号码', words: ['身份证号', '身份证号码'], mandatory: true },
  { key: 'phone', title: '手机号码', words: ['手机', '联系电话'], mandatory: true },
  { key: 'union', title: '所属工会', words: ['工会名称'] },
  { key: 'idKind', title: '证件类型' },
];

function sheet(rows: readonly (readonly string[])[], name = '表', hidden = false): Sheet {
  const kept = rows.map((texts, index) => ({ row: index + 1, texts: [...texts] }));
  return { name, hidden, rows: kept.filter(({ texts }) => texts.some((text) => text !== '')) };
}

describe('the header', () => {
  it('is found below a title and blank rows, in any order, under other names', () => {
    const { tables } = findTables(
      [
        sheet([
          ['某公司会员花名册'],
          [''],
          ['填表日期：2026年'],
          ['联系电话', '＊工会名称（全称）', ' 职 工 姓 名 ', '身份证号码\n（18位）', '备注'],
          ['13812345678', '甲工会', '张三', '1', ''],
        ]),
      ],
      wanted,
    );
    expect(tables[0]).toMatchObject({
      headerRow: 4,
      titles: ['联系电话', '＊工会名称（全称）', '职 工 姓 名', '身份证号码 （18位）', '备注'],
    });
    const [row] = tables[0]!.rows;
    expect([
      row!.text('name'),
      row!.text('id'),
      row!.text('phone'),
      row!.text('union'),
      row!.text('idKind'),
    ]).toEqual(['张三', '1', '13812345678', '甲工会', '']);
  });

  it('is put together from two rows with merged cells', () => {
    const { tables } = findTables(
      [
        sheet([
          ['序号', '姓名', '证件', '证件', '手机号码'],
          ['序号', '姓名', '类型', '号码', '手机号码'],
          ['1', '张三', '身份证', '11010519491231002X', '13812345678'],
        ]),
      ],
      wanted,
    );
    expect(tables[0]).toMatchObject({
      headerRow: 2,
      titles: ['序号', '姓名', '证件类型', '证件号码', '手机号码'],
    });
    expect(tables[0]!.rows.map((row) => row.text('id'))).toEqual(['11010519491231002X']);
  });

  it('prefers the exact title and leaves columns about others alone', () => {
    const { tables } = findTables(
      [
        sheet([
          ['紧急联系人手机号码', '配偶身份证号码', '姓名', '联系电话', '手机号码', '本人身份证号码'],
          ['1', '2', '3', '4', '5', '6'],
        ]),
      ],
      wanted,
    );
    const [row] = tables[0]!.rows;
    expect([row!.text('phone'), row!.text('id')]).toEqual(['5', '6']);
  });

  it('is looked for in every sheet that is not hidden', () => {
    const title = ['姓名', '证件号码', '手机号码'];
    const found = findTables(
      [
        sheet([title, ['张三', '1', '2']], '城东'),
        sheet([['说明'], ['请如实填写']], '填表说明'),
        sheet(
          [
            ['手机号码', '姓名', '证件号码'],
            ['2', '李四', '1'],
          ],
          '城西',
        ),
        sheet([title, ['模板', '0', '0']], '隐藏', true),
      ],
      wanted,
    );
    expect(found.tables.map((table) => [table.sheet, table.rows[0]!.text('name')])).toEqual([
      ['城东', '张三'],
      ['城西', '李四'],
    ]);
    expect(found.sheetsPassedOver).toEqual(['填表说明', '隐藏']);
  });

  it('names the mandatory column that is missing', () => {
    const find = (): unknown =>
      findTables(
        [
          sheet(
            [
              ['姓名', '手机号码', '所属工会'],
              ['1', '2', '3'],
            ],
            '城东',
          ),
        ],
        wanted,
      );
    expect(find).toThrow('工作表「城东」第 1 行的表头里缺少「证件号码」列');
  });

  it('beyond the fifteenth row is not a header', () => {
    const late = [
      ...Array.from({ length: 15 }, () => ['说明文字']),
      ['姓名', '证件号码', '手机号码'],
      ['1', '2', '3'],
    ];
    expect(() => findTables([sheet(late)], wanted)).toThrow(
      expect.objectContaining({ code: 'sheet-header-missing' }) as SheetError,
    );
  });
});

describe('rows below the header', () => {
  it('are people, not totals, notes or the header printed again', () => {
    const header = ['序号', '姓名', '证件号码', '手机号码'];
    const { tables } = findTables(
      [
        sheet([
          header,
          ['1', '张三', 'a', 'b'],
          ['小计', '', '', '1'],
          header,
          ['2', '合计', 'c', 'd'],
          ['3', '共小红', 'e', 'f'],
          ['4', '', '', ''],
          ['合 计', '3 人'],
          ['共3人'],
          ['填表人：王五', '', '审核人：赵六'],
          ['说明:以上属实'],
        ]),
      ],
      wanted,
    );
    expect(tables[0]!.rows.map((row) => row.text('name'))).toEqual(['张三', '合计', '共小红', '']);
    expect(tables[0]!.passedOver).toEqual([
      { row: 3, why: 'total' },
      { row: 4, why: 'header-again' },
      { row: 8, why: 'total' },
      { row: 9, why: 'total' },
      { row: 10, why: 'note' },
      { row: 11, why: 'note' },
    ]);
  });
});

describe('CSV', () => {
  const rowsOf = async (text: string): Promise<string[][]> =>
    (await readSheets({ bytes: Buffer.from(text) })).sheets[0]!.rows.map(({ texts }) => texts);

  it.each([
    ['commas and CRLF', '姓名,电话\r\n张三,1\r\n'],
    ['tabs and LF', '姓名\t电话\n张三\t1'],
    ['semicolons and CR', '姓名;电话\r张三;1\r'],
    ['a declared separator', 'sep=|\r\n姓名|电话\r\n张三|1'],
    ['quotes everywhere', '"姓名","电话"\n"张三","1"\n'],
    ['guards of other systems', '姓名,电话\n张三,="1"\n'],
    ['a tab before digits', '姓名,电话\n张三,"\t1"\n'],
  ])('is read with %s', async (_, text) =>
    expect(await rowsOf(text)).toEqual([
      ['姓名', '电话'],
      ['张三', '1'],
    ]),
  );

  it('keeps quotes, separators and line ends inside fields, and counts records', async () => {
    const { sheets } = await readSheets({
      bytes: Buffer.from('姓名,说明\n"张 ""三""","a,b\r\nc"\n\n李四,"x"y\n'),
    });
    expect(sheets[0]!.rows).toEqual([
      { row: 1, texts: ['姓名', '说明'] },
      { row: 2, texts: ['张 "三"', 'a,b\r\nc'] },
      { row: 4, texts: ['李四', 'xy'] },
    ]);
  });

  it('refuses a quote that never closes, and says where', async () => {
    await expect(rowsOf('姓名,说明\n张三,"x\n李四,y\n')).rejects.toThrow('第 2 行的引号没有成对');
  });
});
