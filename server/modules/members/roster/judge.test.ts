import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { unionNameKey } from '@smart-union/catalogue-kit/checks/union-name.ts';
import { beforeAll, describe, expect, it } from 'vitest';
import { findTables } from '../../../kernel/sheets/header.ts';
import type { Table } from '../../../kernel/sheets/header.ts';
import { readSheets } from '../../../kernel/sheets/read.ts';
import { defaultLimits } from '../../../kernel/sheets/rows.ts';
import { streamReader } from '../../../kernel/sheets/stream-reader.ts';
import { countVerdicts, refusedSheets } from '../../../kernel/sheets/verdicts.ts';
import { xlsxBytes } from '../../../kernel/sheets/write-xlsx.ts';
import { memberColumns } from './columns.ts';
import type { MemberColumn } from './columns.ts';
import { judgeMembers } from './judge.ts';
import type { MemberVerdict } from './judge.ts';
import type { RosterEvent, RosterTask } from './judge.worker.ts';

interface Expected {
  rows: number;
  total: Record<string, number>;
  by: Record<string, { verdict: string; rows: number }>;
  faults: { kind: string; verdict: string; row: number }[];
}

const file = (name: string): string =>
  fileURLToPath(new URL(`../../../../tests/data/roster-hailing/${name}`, import.meta.url));
const today = '2026-11-21';

let expected: Expected;
let unions: Map<string, string>;

beforeAll(async () => {
  expected = JSON.parse(await readFile(file('expected.json'), 'utf8')) as Expected;
  const { sheets } = await readSheets({ path: file('unions.xlsx') });
  const { tables } = findTables(sheets, [
    { key: 'name', title: '工会名称', mandatory: true },
    { key: 'superior', title: '上级工会' },
    { key: 'level', title: '工会层级代码' },
  ]);
  unions = new Map(tables[0]!.rows.map((row) => [unionNameKey(row.text('name')), row.text('name')]));
});

async function tablesOf(source: { path: string } | { bytes: Uint8Array }): Promise<Table<MemberColumn>[]> {
  return findTables((await readSheets(source)).sheets, memberColumns).tables;
}

function faultsOf(
  verdicts: readonly MemberVerdict<string>[],
): { kind: string; verdict: string; row: number }[] {
  return verdicts.flatMap(({ row, verdict, faults }) => faults.map(({ kind }) => ({ kind, verdict, row })));
}

describe('the member roster of the district', () => {
  it('gets from Excel exactly the verdicts expected, row by row', async () => {
    const verdicts = judgeMembers(await tablesOf({ path: file('members.xlsx') }), { today, unions });
    expect(verdicts.length).toBe(expected.rows);
    expect(countVerdicts(verdicts)).toEqual(expected.total);
    expect(faultsOf(verdicts)).toEqual(expected.faults);
  });

  it('gets from CSV the same verdicts, matched by the running number', async () => {
    const [excel] = await tablesOf({ path: file('members.xlsx') });
    const numberOf = new Map(excel!.rows.map(({ row, texts }) => [row, texts[0]]));
    const verdicts = judgeMembers(await tablesOf({ path: file('members-gb18030.csv') }), { today, unions });
    expect(verdicts.length).toBe(expected.rows);
    expect(countVerdicts(verdicts)).toEqual(expected.total);
    const found = verdicts.flatMap(({ verdict, faults, texts }) =>
      faults.map(({ kind }) => ({ kind, verdict, number: texts[0] })),
    );
    expect(found).toEqual(
      expected.faults.map(({ kind, verdict, row }) => ({ kind, verdict, number: numberOf.get(row) })),
    );
  });

  it('reads the same people from both', async () => {
    const [excel, csv] = await Promise.all(
      ['members.xlsx', 'members-gb18030.csv'].map(async (name) =>
        judgeMembers(await tablesOf({ path: file(name) }), { today, unions }).map(({ parsed }) => parsed),
      ),
    );
    expect(csv).toEqual(excel);
    const people = excel!.filter((parsed) => parsed !== undefined);
    expect(people.length).toBe(1857);
    expect(people.filter(({ idKind }) => idKind === 'hk-mo-tw-permit').length).toBe(7);
    expect(people.every(({ name, phone }) => !/\s/.test(name) && /^1\d{10}$/.test(phone))).toBe(true);
    expect(people.some(({ name }) => name === '王𠮷田')).toBe(true);
  });

  it('shows no personal number in plain among the faults', async () => {
    const verdicts = judgeMembers(await tablesOf({ path: file('members.xlsx') }), { today, unions });
    const shown = JSON.stringify(verdicts.flatMap(({ faults }) => faults));
    expect(shown).toContain('32120220******4631');
    expect(shown).not.toMatch(/\d{15}|1[3-9]\d{9}/);
  });

  it('gives the refused rows back as a workbook that is taken once corrected', async () => {
    const tables = await tablesOf({ path: file('members.xlsx') });
    const first = judgeMembers(tables, { today, unions });
    const [sheet] = refusedSheets(tables, first);
    expect(sheet!.columns.map(({ title }) => title)).toEqual([...tables[0]!.titles, '原因']);

    const again = await tablesOf({ bytes: await xlsxBytes([sheet!]) });
    const second = judgeMembers(again, { today, unions });
    expect(second.length).toBe(expected.total['reject']);
    // The second rows of people whose first row was taken are no longer second in this file.
    const repeated = expected.by['duplicate-in-file']!.rows;
    expect(countVerdicts(second).reject).toBe(expected.total['reject']! - repeated);

    const rows = [...(sheet!.rows as string[][])].map((row) => [...row]);
    for (const [index, row] of rows.entries()) {
      row[1] = '张三';
      row[2] = '';
      row[4] = '11010519491231002X';
      row[8] = '13800138000';
      row[12] = tables[0]!.rows[0]!.text('union');
      row[13] = '2018.3.1';
      if (index > 0) row[3] = '2';
      if (index > 0) row[4] = `E${String(10000000 + index)}`;
    }
    const corrected = judgeMembers(await tablesOf({ bytes: await xlsxBytes([{ ...sheet!, rows }]) }), {
      today,
      unions,
    });
    expect(countVerdicts(corrected)).toEqual({ accept: 143, 'accept-with-warning': 0, reject: 0 });
    const third = refusedSheets(again, second)[0]!;
    expect(third.columns.filter(({ title }) => title === '原因').length).toBe(1);
  });
});

describe('the process that reads rosters', () => {
  const read = async (texts: boolean) => {
    const numbers = new Map([...unions.keys()].map((key, number) => [key, number]));
    const source = { path: file('members.xlsx') };
    const task: RosterTask = { source, limits: defaultLimits, today, unions: numbers, texts };
    const events: RosterEvent[] = [];
    for await (const event of streamReader<RosterEvent, RosterTask>('modules/members/roster/judge', task))
      events.push(event);
    return events;
  };

  it('says of every row what is said here, and brings the rows along when asked', async () => {
    const tables = await tablesOf({ path: file('members.xlsx') });
    const places = [...unions.values()];
    const here = judgeMembers(tables, { today, unions });
    const [first, table, ...batches] = await read(true);
    const [{ sheet, titles }] = tables as [Table<MemberColumn>];
    expect([first, table]).toEqual([
      { type: 'file', encoding: 'utf-8' },
      { type: 'table', head: { sheet, titles } },
    ]);
    const named = batches
      .flatMap((event) => (event.type === 'rows' ? event.rows : []))
      .map(({ parsed, ...row }) =>
        parsed ? { ...row, parsed: { ...parsed, union: places[parsed.union] } } : row,
      );
    expect(named).toEqual(here);
    const [, , ...bare] = await read(false);
    expect(bare).toEqual(
      batches.map((event) =>
        event.type === 'rows' ? { ...event, rows: event.rows.map((row) => ({ ...row, texts: [] })) } : event,
      ),
    );
  });
});
