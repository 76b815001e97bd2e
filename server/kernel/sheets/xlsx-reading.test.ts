import { describe, expect, it } from 'vitest';
import { workbookOf } from './factory.ts';
import { dateFromText } from './date-text.ts';
import { dateOfSerial, numberText, shapeOf } from './number-text.ts';
import { readSheets } from './read.ts';
import type { Sheet, SheetRow } from './rows.ts';
import type { WorkbookParts } from './factory.ts';

async function sheetsOf(parts: WorkbookParts): Promise<Sheet[]> {
  return (await readSheets({ bytes: await workbookOf(parts) })).sheets;
}

async function rowsOf(xml: string, parts: Omit<WorkbookParts, 'sheets'> = {}): Promise<SheetRow[]> {
  return (await sheetsOf({ ...parts, sheets: { a: xml } }))[0]!.rows;
}

const styles =
  '<numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/>' +
  '<numFmt numFmtId="165" formatCode="000000"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>' +
  '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="20"/><xf numFmtId="22"/></cellXfs>';

describe('cells', () => {
  it('reads every kind of cell as a person sees it', async () => {
    const rows = await rowsOf(
      '<sheetData><row r="1"><c r="A1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><r><t>张</t></r><r><t xml:space="preserve">三 </t></r></is></c>' +
        '<c r="D1" t="b"><v>1</v></c><c r="E1" t="e"><v>#N/A</v></c><c r="F1" t="str"><f>B1&amp;"x"</f><v>算出</v></c>' +
        '<c r="G1"><f>1+1</f><v>2</v></c><c r="H1" t="d"><v>2018-03-01T00:00:00</v></c></row></sheetData>',
      { strings: '<si><t>零</t></si><si><r><t>李</t></r><rPh><t>LI</t></rPh><r><t>四_x000D_</t></r></si>' },
    );
    expect(rows).toEqual([
      {
        row: 1,
        texts: ['李四\r', '', '张三 ', 'TRUE', '#N/A', '算出', '2', '2018-03-01'],
        marks: { 4: { error: true }, 5: { formula: true }, 6: { formula: true }, 7: { on: '2018-03-01' } },
      },
    ]);
  });

  it('reads numbers without exponent and says when digits were lost', async () => {
    const cells = [
      '13812345678',
      '1.3812345678E10',
      '3.2128119770911122E+17',
      '321281197709111223',
      '0.1',
      '1E-3',
    ];
    const xml = cells.map((value) => `<c><v>${value}</v></c>`).join('');
    const [row] = await rowsOf(`<sheetData><row>${xml}</row></sheetData>`);
    expect(row!.texts.slice(0, 2)).toEqual(['13812345678', '13812345678']);
    expect(row!.texts.slice(3)).toEqual(['321281197709111223', '0.1', '0.001']);
    expect(row!.marks).toEqual({ 2: { imprecise: true } });
  });

  it('reads dates by their format, in both date systems', async () => {
    const xml =
      '<sheetData><row><c s="1"><v>43160</v></c><c s="2"><v>43160</v></c><c s="0"><v>43160</v></c><c s="3"><v>321</v></c>' +
      '<c s="4"><v>0.5</v></c><c s="5"><v>43160.75</v></c><c s="1"><v>-5</v></c></row></sheetData>';
    const [row] = await rowsOf(xml, { styles });
    expect(row!.texts).toEqual([
      '2018-03-01',
      '2018-03-01',
      '43160',
      '000321',
      '12:00:00',
      '2018-03-01 18:00:00',
      '-5',
    ]);
    expect(row!.marks).toEqual({ 0: { on: '2018-03-01' }, 1: { on: '2018-03-01' }, 5: { on: '2018-03-01' } });
    const [later] = await rowsOf(xml, { styles, workbookPr: '<workbookPr date1904="1"/>' });
    expect(later!.texts[0]).toBe('2022-03-02');
  });

  it('reads cells and rows without references, and gaps between those that have them', async () => {
    const rows = await rowsOf(
      '<sheetData><row><c><v>1</v></c><c/><c><v>3</v></c></row><row r="5"><c r="B5"><v>2</v></c><c><v>3</v></c></row><row/><row><c><v>7</v></c></row></sheetData>',
    );
    expect(rows).toEqual([
      { row: 1, texts: ['1', '', '3'] },
      { row: 5, texts: ['', '2', '3'] },
      { row: 7, texts: ['7'] },
    ]);
  });

  it('reads prefixed names, as some writers leave them', async () => {
    const part =
      '<x:worksheet xmlns:x="u"><x:sheetData><x:row><x:c t="inlineStr"><x:is><x:t>甲</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>';
    const sheets = await sheetsOf({ sheets: { a: '' }, parts: { 'xl/worksheets/sheet1.xml': part } });
    expect(sheets[0]!.rows[0]!.texts).toEqual(['甲']);
  });

  it('reads parts in UTF-16', async () => {
    const xml = '<worksheet><sheetData><row><c t="str"><v>甲</v></c></row></sheetData></worksheet>';
    const part = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(xml, 'utf16le')]);
    const sheets = await sheetsOf({ sheets: { a: '' }, parts: { 'xl/worksheets/sheet1.xml': part } });
    expect(sheets[0]!.rows[0]!.texts).toEqual(['甲']);
  });

  it('reads a macro workbook without its macros', async () => {
    const sheets = await sheetsOf({
      sheets: { a: '<sheetData><row><c><v>1</v></c></row></sheetData>' },
      parts: { 'xl/vbaProject.bin': Buffer.from([1, 2, 3]) },
    });
    expect(sheets[0]!.rows.length).toBe(1);
  });
});

describe('sheets and merged areas', () => {
  it('reads several sheets in order and says which are hidden', async () => {
    const one = (text: string): string => `<sheetData><row><c t="str"><v>${text}</v></c></row></sheetData>`;
    const bytes = await workbookOf({ sheets: { 城东: one('1'), 字典: one('2') } });
    const file = await readSheets({ bytes });
    expect(file.sheets.map(({ name, hidden, rows }) => [name, hidden, rows[0]!.texts[0]])).toEqual([
      ['城东', false, '1'],
      ['字典', false, '2'],
    ]);
    const xml =
      '<workbook xmlns:r="x"><sheets><sheet name="甲" state="veryHidden" r:id="rId1"/></sheets></workbook>';
    const hidden = await sheetsOf({ sheets: { 甲: one('1') }, parts: { 'xl/workbook.xml': xml } });
    expect(hidden[0]!.hidden).toBe(true);
  });

  it('fills merged areas, across and down, but makes no rows of them', async () => {
    const rows = await rowsOf(
      '<sheetData><row r="1"><c r="A1" t="str"><v>证件</v></c><c r="C1" t="str"><v>姓名</v></c></row>' +
        '<row r="2"><c r="A2" t="str"><v>类型</v></c><c r="B2" t="str"><v>号码</v></c></row>' +
        '<row r="3"><c r="A3"><v>1</v></c></row></sheetData>' +
        '<mergeCells count="3"><mergeCell ref="A1:B1"/><mergeCell ref="C1:C2"/><mergeCell ref="D3:D9"/></mergeCells>',
    );
    expect(rows).toEqual([
      { row: 1, texts: ['证件', '证件', '姓名'], marks: { 1: { merged: true } } },
      { row: 2, texts: ['类型', '号码', '姓名'], marks: { 2: { merged: true } } },
      { row: 3, texts: ['1'] },
    ]);
  });

  it('fills a union merged down over its members, dates and formulas with it', async () => {
    const rows = await rowsOf(
      '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="B1" s="1"><v>43160</v></c></row><row r="2"><c r="A2"><v>2</v></c></row>' +
        '<row r="3"/></sheetData><mergeCells><mergeCell ref="B1:B3"/></mergeCells>',
      { styles },
    );
    expect(rows.length).toBe(2);
    expect(rows[1]).toEqual({
      row: 2,
      texts: ['2', '2018-03-01'],
      marks: { 1: { on: '2018-03-01', merged: true } },
    });
  });

  it('finds the merged areas of a sheet of several megabytes', async () => {
    const body = Array.from(
      { length: 60_000 },
      (_, at) => `<row r="${at + 1}"><c r="A${at + 1}"><v>${at}</v></c></row>`,
    );
    const xml = `<sheetData>${body.join('')}</sheetData><mergeCells><mergeCell ref="B1:B2"/><mergeCell ref="A1:B1"/></mergeCells>`;
    const rows = await rowsOf(xml);
    expect(rows.length).toBe(60_000);
    expect(rows[0]).toEqual({ row: 1, texts: ['0', '0'], marks: { 1: { merged: true } } });
  });
});

describe('numbers and dates', () => {
  it.each([
    [14, undefined, { date: true }],
    [57, undefined, { date: true }],
    [20, undefined, { time: true }],
    [0, undefined, undefined],
    [164, 'yyyy/m/d', { date: true }],
    [164, '[$-804]yyyy"年"m"月"d"日";@', { date: true }],
    [164, 'm"月"d"日"', { date: true }],
    [164, '[h]:mm', { time: true }],
    [164, '000000', { pad: 6 }],
    [164, '0.00_ ', undefined],
    [164, '[Red]#,##0', undefined],
    [164, '"day"0', undefined],
    [164, '@', undefined],
  ])('takes format %i %s for what it is', (id, code, shape) => expect(shapeOf(id, code)).toEqual(shape));

  it('counts the day Excel invented', () => {
    expect(dateOfSerial(1, false)).toEqual({ on: '1900-01-01' });
    expect(dateOfSerial(59, false)).toEqual({ on: '1900-02-28' });
    expect(dateOfSerial(61, false)).toEqual({ on: '1900-03-01' });
    expect(dateOfSerial(0, true)).toEqual({ on: '1904-01-01' });
    expect(dateOfSerial(2_958_465, false)).toEqual({ on: '9999-12-31' });
    expect(dateOfSerial(2_958_466, false)).toBeUndefined();
    expect(dateOfSerial(43_160.999_999_9, false)).toEqual({ on: '2018-03-02' });
  });

  it('keeps fifteen digits', () => {
    expect(numberText('0.30000000000000004').text).toBe('0.3');
    expect(numberText('123456789012345680').imprecise).toBe(false);
    expect(numberText('321281197709111000')).toEqual({ text: '321281197709111000', imprecise: true });
    expect(numberText('x').text).toBe('x');
  });

  it.each([
    ['2018-03-01', '2018-03-01'],
    ['2018.3.1', '2018-03-01'],
    ['2018/3/1', '2018-03-01'],
    ['2018年3月1日', '2018-03-01'],
    ['20180301', '2018-03-01'],
    ['２０１８年３月１日', '2018-03-01'],
    ['2018 - 3 - 1', '2018-03-01'],
    ['2018-03-01 00:00:00', '2018-03-01'],
    ['2018-03-01T08:00:00Z', '2018-03-01'],
    ['43160', '2018-03-01'],
    ['2024-02-29', '2024-02-29'],
    ['2023-02-29', undefined],
    ['2018-13-01', undefined],
    ['2018年3月', undefined],
    ['3/1/2018', undefined],
    ['0201-03-01', undefined],
    ['不详', undefined],
    ['', undefined],
  ])('reads the date %j', (text, on) => expect(dateFromText(text)).toBe(on));
});
