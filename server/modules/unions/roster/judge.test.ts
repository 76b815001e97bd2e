import { fileURLToPath } from 'node:url';
import { usccCheckCharacter } from '@smart-union/catalogue-kit/checks/uscc.ts';
import { describe, expect, it } from 'vitest';
import { findTables } from '../../../kernel/sheets/header.ts';
import type { Table } from '../../../kernel/sheets/header.ts';
import { readSheets } from '../../../kernel/sheets/read.ts';
import { countVerdicts, refusedSheets } from '../../../kernel/sheets/verdicts.ts';
import { xlsxBytes } from '../../../kernel/sheets/write-xlsx.ts';
import { unionColumns } from './columns.ts';
import type { UnionColumn } from './columns.ts';
import { judgeUnions } from './judge.ts';

const today = '2026-11-21';
const directory = fileURLToPath(
  new URL('../../../../tests/data/roster-hailing/unions.xlsx', import.meta.url),
);

function tablesFrom(rows: readonly (readonly string[])[]): Table<UnionColumn>[] {
  const titles = ['工会名称', '上级工会', '工会层级', '组织形式', '统一社会信用代码', '建会日期', '职工人数'];
  const sheet = {
    name: '名录',
    hidden: false,
    rows: [titles, ...rows].map((texts, index) => ({ row: index + 1, texts: [...texts] })),
  };
  return findTables([sheet], unionColumns).tables;
}

function judge(
  rows: readonly (readonly string[])[],
  known?: [string, { levelCode: string; superiorKey: string }][],
) {
  return judgeUnions(tablesFrom(rows), { today, ...(known && { alreadyKnown: new Map(known) }) });
}

const kinds = (verdicts: ReturnType<typeof judge>['verdicts']): string[][] =>
  verdicts.map(({ faults }) => faults.map(({ kind }) => kind));

function uscc(first17: string): string {
  return first17 + usccCheckCharacter(first17);
}

describe('a directory of unions', () => {
  it('takes all 93 unions of the district, superiors before subordinates', async () => {
    const { sheets } = await readSheets({ path: directory });
    const { verdicts, unions } = judgeUnions(findTables(sheets, unionColumns).tables, { today });
    expect(countVerdicts(verdicts)).toEqual({ accept: 93, 'accept-with-warning': 0, reject: 0 });
    expect(unions.length).toBe(93);
    const seen = new Set(['']);
    for (const union of unions) {
      expect(seen.has(union.superiorKey)).toBe(true);
      seen.add(union.nameKey);
    }
    expect(unions[13]).toEqual({
      name: '泰州润丰百餐饮有限公司工会委员会',
      nameKey: '泰州润丰百餐饮有限公司工会委员会',
      superiorName: '海陵区罡杨镇总工会',
      superiorKey: '海陵区罡杨镇总工会',
      levelCode: '60',
      formCode: '4',
      uscc: '81321202MC7000013H',
      employerName: '泰州润丰百餐饮有限公司',
      foundedOn: '2009-06-26',
      approvalNumber: '海工〔2009〕45号',
      staffCount: 379,
    });
  });

  it('takes the same file again when everything is known', async () => {
    const { sheets } = await readSheets({ path: directory });
    const tables = findTables(sheets, unionColumns).tables;
    const first = judgeUnions(tables, { today }).unions;
    const alreadyKnown = new Map(first.map((union) => [union.nameKey, union]));
    expect(judgeUnions(tables, { today, alreadyKnown }).unions).toEqual(first);
  });

  it('accepts subordinates above their superiors in the file, short names, and columns left out', () => {
    const { verdicts, unions } = judge([
      ['甲公司工会', '东街道 总工会'],
      ['乙公司工会委员会', '甲公司工会委员会'],
      ['东街道总工会', '某区总工会'],
      ['某区总工会', ''],
    ]);
    expect(verdicts.every(({ verdict }) => verdict === 'accept')).toBe(true);
    expect(unions.map(({ name, levelCode, formCode }) => [name, levelCode, formCode])).toEqual([
      ['某区总工会', '40', '1'],
      ['东街道总工会', '50', '1'],
      ['甲公司工会', '60', '2'],
      ['乙公司工会委员会', '60', '4'],
    ]);
  });

  it('refuses what hangs in the air, in a circle, or below a refused row', () => {
    const { verdicts, unions } = judge([
      ['某区总工会', ''],
      ['第二个区总工会', ''],
      ['甲公司工会', '没有的总工会'],
      ['乙公司工会', '甲公司工会'],
      ['丙公司工会', '丁公司工会'],
      ['丁公司工会', '丙公司工会'],
      ['戊公司工会', '丁公司工会'],
    ]);
    expect(kinds(verdicts)).toEqual([
      [],
      ['missing-superior'],
      ['unknown-superior'],
      ['superior-refused'],
      ['superior-circle'],
      ['superior-circle'],
      ['superior-refused'],
    ]);
    expect(unions.map(({ name }) => name)).toEqual(['某区总工会']);
  });

  it('survives a chain of ten thousand', () => {
    const rows = Array.from({ length: 10_000 }, (_, index) => [
      `第${index}级公司工会委员会`,
      index === 9_999 ? '' : `第${index + 1}级公司工会委员会`,
    ]);
    expect(judge(rows).unions.length).toBe(10_000);
  });

  it('checks names, codes, dates and numbers', () => {
    const good = uscc('81321202MC7000999');
    const { verdicts } = judge([
      ['某区总工会', '', '40', '1', good, '2018年3月1日', '1,200人'],
      ['甲公司工会', '某区总工会', '60', '4', good, '', ''],
      ['乙公司工会', '某区总工会', '99', '9', '81321202MC70009990', '不详', '很多'],
      ['丙公司工会', '某区总工会', '基层', '工会委员会', '12345', '2030-01-01', ''],
      ['丁公司工会', '某区总工会', '市', '', '91350100M000100Y43', '', ''],
      ['某区总工会', '某区总工会'],
      ['=HYPERLINK("x")', '某区总工会'],
      ['', '某区总工会', '60'],
    ]);
    expect(kinds(verdicts)).toEqual([
      [],
      ['uscc-repeated'],
      ['unknown-level', 'unknown-form', 'bad-uscc-checksum', 'bad-date', 'bad-number'],
      ['wrong-uscc-length', 'founded-in-future'],
      ['uscc-not-a-union', 'superior-lower'],
      ['duplicate-in-file'],
      ['formula-in-name'],
      ['missing-name'],
    ]);
    expect(verdicts[4]!.verdict).toBe('accept-with-warning');
    expect(verdicts[0]!.parsed).toMatchObject({ staffCount: 1200, foundedOn: '2018-03-01', uscc: good });
  });

  it('hangs new unions under known ones and wants a superior for all but the known top', () => {
    const known: [string, { levelCode: string; superiorKey: string }][] = [
      ['某区总工会', { levelCode: '40', superiorKey: '' }],
    ];
    const { verdicts, unions } = judge(
      [
        ['甲公司工会', '某区总工会'],
        ['某区总工会', ''],
        ['另一个总工会', ''],
      ],
      known,
    );
    expect(kinds(verdicts)).toEqual([[], [], ['missing-superior']]);
    expect(unions.find(({ name }) => name === '甲公司工会')).toMatchObject({
      superiorKey: '某区总工会',
      levelCode: '50',
    });
  });

  it('gives refused rows back with the reason', async () => {
    const tables = tablesFrom([
      ['某区总工会', ''],
      ['甲公司工会', '没有的总工会'],
    ]);
    const sheets = refusedSheets(tables, judgeUnions(tables, { today }).verdicts);
    const back = await readSheets({ bytes: await xlsxBytes(sheets) });
    const rows = back.sheets[0]!.rows;
    expect(rows[0]!.texts.at(-1)).toBe('原因');
    expect(rows[1]!.texts.slice(0, 2)).toEqual(['甲公司工会', '没有的总工会']);
    expect(rows[1]!.texts.at(-1)).toContain('名录里没有这个上级工会');
  });
});
