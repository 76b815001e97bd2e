import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { damaged, effort, seed } from '../../../tests/input/effort.ts';
import { SheetError } from './errors.ts';
import { workbookOf } from './factory.ts';
import { readBytes } from './read-bytes.ts';
import { defaultLimits } from './rows.ts';

const file = (name: string): string =>
  fileURLToPath(new URL(`../../../tests/data/roster-hailing/${name}`, import.meta.url));

/** Reads here, outside a worker, for speed: the same code, and these inputs are small. */
async function outcome(bytes: Buffer): Promise<string> {
  try {
    let rows = 0;
    for await (const event of readBytes(bytes, { ...defaultLimits, rows: 5_000 })) {
      if (event.type === 'rows') rows += event.rows.length;
    }
    return rows > 0 ? 'read' : 'nothing';
  } catch (error) {
    if (error instanceof SheetError) return error.code;
    throw error;
  }
}

const xml =
  '<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>43160</v></c><c t="inlineStr"><is><t>甲</t></is></c></row>' +
  '<row r="2" x="&amp;"><c r="A2"><f>1+1</f><v>2</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B2"/></mergeCells>';

it(
  'reads or refuses any damaged workbook, and never breaks',
  async () => {
    const real = await readFile(file('unions.xlsx'));
    const outcomes = new Map<string, number>();
    for (let count = 1; count <= 400 * effort; count += 1) {
      const result = await outcome(damaged(real, seed + count));
      outcomes.set(result, (outcomes.get(result) ?? 0) + 1);
    }
    expect(outcomes.get('nothing'), `INPUT_SEED=${seed}`).toBeUndefined();
    expect(outcomes.get('sheet-damaged')).toBeGreaterThan(50);
  },
  60_000 * effort,
);

it(
  'reads or refuses any damaged sheet inside a sound zip',
  async () => {
    const whole = Buffer.from(`<worksheet>${xml}</worksheet>`);
    const styles = '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>';
    const frame = { sheets: { a: '' }, strings: '<si><t>零</t></si>', styles };
    expect(await outcome(await workbookOf({ ...frame, sheets: { a: xml } }))).toBe('read');
    const outcomes = new Set<string>();
    for (let count = 1; count <= 600 * effort; count += 1) {
      const parts = { 'xl/worksheets/sheet1.xml': damaged(whole, seed + count, true) };
      outcomes.add(await outcome(await workbookOf({ ...frame, parts })));
    }
    expect([...outcomes]).toEqual(expect.arrayContaining(['read', 'sheet-damaged']));
  },
  60_000 * effort,
);

it(
  'reads or refuses any damaged list of text',
  async () => {
    const real = (await readFile(file('members-gb18030.csv'))).subarray(0, 4_000);
    const outcomes = new Set<string>();
    for (let count = 1; count <= 600 * effort; count += 1)
      outcomes.add(await outcome(damaged(real, seed + count)));
    expect([...outcomes]).toEqual(expect.arrayContaining(['read', 'sheet-unknown-encoding']));
  },
  60_000 * effort,
);
