import { expect, it } from 'vitest';
import { findTables, type Table } from './header.ts';
import type { SheetEvent } from './read-bytes.ts';
import type { Sheet, SheetRow } from './rows.ts';
import { streamTables } from './stream-tables.ts';

const wanted = [
  { key: 'name', title: '姓名', mandatory: true },
  { key: 'id', title: '证件号码', mandatory: true },
  { key: 'phone', title: '手机号码' },
] as const;
type Key = (typeof wanted)[number]['key'];

const rowsOf = (texts: string[][], from = 1): SheetRow[] =>
  texts.map((cells, at) => ({ row: from + at, texts: cells }));
const people = (count: number) => Array.from({ length: count }, (_, at) => [`张${at}`, `${at}`, '138']);
const header = ['姓名', '证件号码', '手机号码'];
const notes = (count: number) => Array.from({ length: count }, (_, at) => [`说明文字 ${at}`]);

async function* eventsOf(sheets: readonly Sheet[], batch: number): AsyncGenerator<SheetEvent> {
  yield { type: 'file', kind: 'xlsx', encoding: 'utf-8' };
  for (const { name, hidden, rows } of sheets) {
    yield { type: 'sheet', name, hidden };
    for (let from = 0; from < rows.length; from += batch)
      yield { type: 'rows', rows: rows.slice(from, from + batch) };
  }
}

async function streamed(sheets: readonly Sheet[], batch: number): Promise<Table<Key>[]> {
  const tables: Table<Key>[] = [];
  for await (const event of streamTables(eventsOf(sheets, batch), wanted)) {
    if (event.type === 'table') tables.push(event.table);
    if (event.type === 'rows') tables.at(-1)!.rows.push(...event.rows);
  }
  return tables;
}

const sheet = (name: string, texts: string[][], hidden = false): Sheet => ({
  name,
  hidden,
  rows: rowsOf(texts),
});
const twoRows = [
  ['姓名', '证件', '联系'],
  ['姓名', '号码', '手机号码'],
];

it.each([
  ['one list', [sheet('a', [header, ...people(40)])]],
  ['a header as late as it may be', [sheet('a', [...notes(14), header, ...people(40)])]],
  ['a header of two rows, as late as it may be', [sheet('a', [...notes(14), ...twoRows, ...people(3)])]],
  [
    'several sheets, short, hidden, empty and of other things',
    [
      sheet('a', [header, ...people(1), ['合计', '1 人']]),
      sheet('b', [header, ...people(9)], true),
      sheet('c', []),
      sheet('d', [['品名', '数量'], ...people(30)]),
      sheet('e', [['名册'], header, ...people(30), header, ...people(30)]),
    ],
  ],
])('finds row by row what is found in the whole: %s', async (_, sheets) => {
  const { tables } = findTables(sheets, wanted);
  expect(tables.length).toBeGreaterThan(0);
  for (const batch of [1, 7, 16, 1000]) expect(await streamed(sheets, batch)).toEqual(tables);
});

it.each([
  ['sheet-header-missing', [sheet('a', [['品名'], ...people(40)])]],
  ['sheet-header-missing', [sheet('a', [...notes(15), header, ...people(40)])]],
  ['sheet-column-missing', [sheet('a', [['姓名', '手机号码', '证件类型'], ...people(4)])]],
  ['sheet-no-data', [sheet('a', [header]), sheet('b', [header, ['合计']])]],
])('refuses as the whole is refused: %s', async (code, sheets) => {
  const columns = [...wanted, { key: 'kind', title: '证件类型' }] as const;
  expect(() => findTables(sheets, columns)).toThrow(expect.objectContaining({ code }));
  const stream = async () => {
    for await (const event of streamTables(eventsOf(sheets, 5), columns)) expect(event.type).not.toBe('end');
  };
  await expect(stream()).rejects.toMatchObject({ code });
});
