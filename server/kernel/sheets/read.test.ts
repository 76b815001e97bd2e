import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readSheets } from './read.ts';

const roster = (name: string): string =>
  fileURLToPath(new URL(`../../../tests/data/roster-hailing/${name}`, import.meta.url));

describe('the files a district sends', () => {
  it('reads the member roster from Excel', async () => {
    const file = await readSheets({ path: roster('members.xlsx') });
    expect(file.kind).toBe('xlsx');
    const rows = file.sheets[0]!.rows;
    expect(rows.length).toBe(2003);
    expect(rows[0]).toEqual({ row: 1, texts: ['海陵区总工会会员实名制花名册（内部资料）'] });
    const dated = rows.find(({ row }) => row === 72)!;
    expect(dated.texts[13]).toBe('2011-06-08');
    expect(dated.marks).toEqual({ 13: { on: '2011-06-08' } });
    const numeric = rows.filter(({ texts }) => /^1\d{10}$/.test(texts[8] ?? ''));
    expect(numeric.length).toBeGreaterThan(1900);
    expect(rows.at(-1)).toEqual({ row: 2005, texts: ['合计', '2000 人'] });
  });

  it('reads the same roster from GB18030 CSV', async () => {
    const bytes = await readFile(roster('members-gb18030.csv'));
    const file = await readSheets({ bytes });
    expect(file).toMatchObject({ kind: 'csv', encoding: 'gb18030' });
    expect(file.sheets[0]!.rows.length).toBe(2001);
    expect(file.sheets[0]!.rows.some(({ texts }) => texts[1] === '王𠮷田')).toBe(true);
  });
});
