import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { SheetError, sheetErrorCodes } from './errors.ts';
import { plainWorkbook, workbookOf, zipOf } from './factory.ts';
import { findTables } from './header.ts';
import { readSheets } from './read.ts';
import type { SheetLimits } from './rows.ts';

async function refusal(bytes: Buffer, limits: Partial<SheetLimits> = {}): Promise<SheetError> {
  const error: unknown = await readSheets({ bytes }, { limits }).then(
    () => undefined,
    (cause: unknown) => cause,
  );
  expect(error).toBeInstanceOf(SheetError);
  return error as SheetError;
}

const codeOf = async (bytes: Buffer, limits: Partial<SheetLimits> = {}): Promise<string> =>
  (await refusal(bytes, limits)).code;

const good = (): Promise<Buffer> =>
  plainWorkbook([
    ['姓名', '手机号码'],
    ['张三', '13812345678'],
  ]);

/** Overwrites a field of the central directory entry of one part. */
function patched(zip: Buffer, path: string, offset: number, value: number, size: 2 | 4): Buffer {
  const copy = Buffer.from(zip);
  for (
    let at = copy.indexOf('PK\x01\x02', 0, 'latin1');
    at >= 0;
    at = copy.indexOf('PK\x01\x02', at + 4, 'latin1')
  ) {
    const length = copy.readUInt16LE(at + 28);
    if (copy.toString('utf8', at + 46, at + 46 + length) === path) copy.writeUIntLE(value, at + offset, size);
  }
  return copy;
}

describe('files that are not what they seem', () => {
  it.each([
    ['an empty file', Buffer.alloc(0), 'sheet-empty'],
    ['a PDF', Buffer.from('%PDF-1.7\n1 0 obj\n'), 'sheet-not-a-sheet'],
    ['a photo', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70]), 'sheet-not-a-sheet'],
    ['a HEIC photo', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0', 'latin1'), 'sheet-not-a-sheet'],
    ['a RAR', Buffer.from('Rar!\x1a\x07\x01\0', 'latin1'), 'sheet-not-a-sheet'],
    ['a program', Buffer.from('MZ\x90\0\x03\0\0\0', 'latin1'), 'sheet-not-a-sheet'],
    ['bytes without sense', Buffer.from([1, 2, 0, 3, 0, 0, 0, 9, 200, 0, 0, 13]), 'sheet-not-a-sheet'],
    [
      'a web page called .xls',
      Buffer.from('<html><table><tr><td>姓名</td></tr></table></html>'),
      'sheet-other-format',
    ],
    ['an .xls', Buffer.from('d0cf11e0a1b11ae10000000000000000', 'hex'), 'sheet-old-excel'],
    [
      'an .xlsx with a password',
      Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.from('EncryptedPackage', 'utf16le')]),
      'sheet-encrypted',
    ],
    ['only blank lines', Buffer.from('\r\n,,,\r\n \r\n'), 'sheet-no-rows'],
  ])('refuses %s', async (_, bytes, code) => expect(await codeOf(bytes)).toBe(code));

  it('refuses zips that are no workbook, with the way out', async () => {
    expect(await codeOf(await zipOf({ 'a.txt': 'x' }))).toBe('sheet-not-a-sheet');
    expect(await codeOf(await zipOf({ '名册.xlsx': await good() }))).toBe('sheet-zipped');
    expect(await codeOf(await zipOf({ '[Content_Types].xml': '<a/>', 'word/document.xml': '<a/>' }))).toBe(
      'sheet-not-a-sheet',
    );
    expect(await codeOf(await zipOf({ mimetype: 'x', 'content.xml': '<a/>' }))).toBe('sheet-other-format');
    expect(await codeOf(await workbookOf({ parts: { 'xl/workbook.bin': 'x' } }))).toBe('sheet-other-format');
    expect(await codeOf(Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1'))).toBe('sheet-not-a-sheet');
  });

  it('refuses a file cut off anywhere', async () => {
    const whole = await good();
    for (const share of [0.05, 0.3, 0.6, 0.9, 0.99]) {
      const cut = whole.subarray(0, Math.floor(whole.length * share));
      expect(await codeOf(cut)).toBe('sheet-damaged');
    }
  });

  it('refuses a file bigger than allowed, by path and by bytes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'sheets-'));
    try {
      const path = join(folder, 'large.csv');
      await writeFile(path, Buffer.alloc(1025, 'a'));
      await expect(readSheets({ path }, { limits: { packedBytes: 1024 } })).rejects.toMatchObject({
        code: 'sheet-too-large',
      });
      expect(await codeOf(Buffer.alloc(1025, 'a'), { packedBytes: 1024 })).toBe('sheet-too-large');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('files made to hurt', () => {
  it('refuses a zip bomb by its declared size and by its ratio', async () => {
    const bomb = await workbookOf({
      sheets: { a: '<sheetData/>' },
      parts: { 'xl/media/x.bin': Buffer.alloc(30_000_000) },
    });
    expect(bomb.length).toBeLessThan(100_000);
    expect(await codeOf(bomb)).toBe('sheet-zip-bomb');
    const many = Object.fromEntries(Array.from({ length: 3000 }, (_, at) => [`xl/media/${at}.bin`, '']));
    expect(await codeOf(await workbookOf({ sheets: { a: '<sheetData/>' }, parts: many }))).toBe(
      'sheet-zip-bomb',
    );
  });

  it('refuses a part that says 2 GB, and one that says less than it holds', async () => {
    const path = 'xl/worksheets/sheet1.xml';
    const rows = `<sheetData>${'<row><c><v>1</v></c></row>'.repeat(5000)}</sheetData>`;
    const zip = await workbookOf({ sheets: { a: rows } });
    expect(await codeOf(patched(zip, path, 24, 2 * 1024 ** 3, 4))).toBe('sheet-zip-bomb');
    expect(await codeOf(patched(zip, path, 24, 500, 4))).toBe('sheet-zip-bomb');
  });

  it('refuses names that climb out of the folder, names twice, encrypted parts, files inside', async () => {
    const climbing = Buffer.from(
      (await zipOf({ 'xl/a.xml': '<a/>', 'aa/evil.xml': '<a/>' }))
        .toString('latin1')
        .replaceAll('aa/evil', '../evil'),
      'latin1',
    );
    expect(await codeOf(climbing)).toBe('sheet-unsafe');
    const twice = Buffer.from(
      (await zipOf({ 'xl/a.xml': '<a/>', 'xl/b.xml': '<a/>' })).toString('latin1').replaceAll('xl/b', 'xl/a'),
      'latin1',
    );
    expect(await codeOf(twice)).toBe('sheet-unsafe');
    expect(await codeOf(patched(await good(), 'xl/workbook.xml', 8, 1, 2))).toBe('sheet-encrypted');
    expect(
      await codeOf(await workbookOf({ sheets: { a: '' }, parts: { 'xl/embeddings/1.xlsx': 'PK' } })),
    ).toBe('sheet-nested-zip');
  });

  it('refuses a document type, so that no entity is ever read or multiplied', async () => {
    const xxe = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>';
    const parts = {
      'xl/worksheets/sheet1.xml': `${xxe}<worksheet><sheetData><row><c t="str"><v>&e;</v></c></row></sheetData></worksheet>`,
    };
    expect(await codeOf(await workbookOf({ sheets: { a: '' }, parts }))).toBe('sheet-unsafe');
    expect(await codeOf(await workbookOf({ parts: { 'xl/workbook.xml': `${xxe}<workbook/>` } }))).toBe(
      'sheet-unsafe',
    );
  });

  it('refuses 500 sheets', async () => {
    const sheets = Object.fromEntries(Array.from({ length: 500 }, (_, at) => [`页${at}`, '<sheetData/>']));
    expect(await refusal(await workbookOf({ sheets }))).toMatchObject({ code: 'sheet-too-many-sheets' });
  });

  it('refuses a million merged cells', async () => {
    const merges = Array.from(
      { length: 1_000_000 },
      (_, at) => `<mergeCell ref="A${at + 1}:B${at + 1}"/>`,
    ).join('');
    const xml = `<sheetData><row><c><v>1</v></c></row></sheetData><mergeCells>${merges}</mergeCells>`;
    expect(await codeOf(await workbookOf({ sheets: { a: xml } }))).toBe('sheet-too-many-merges');
  });

  it('refuses areas merged over one another, and reads one that covers the whole sheet', async () => {
    const over = (count: number): Promise<Buffer> => {
      const merges = '<mergeCell ref="A1:XFD1048576"/>'.repeat(count);
      return workbookOf({
        sheets: { a: `<sheetData><row><c><v>1</v></c></row></sheetData><mergeCells>${merges}</mergeCells>` },
      });
    };
    expect(await codeOf(await over(500))).toBe('sheet-too-many-merges');
    const { sheets } = await readSheets({ bytes: await over(1) });
    expect(sheets[0]!.rows[0]!.texts.length).toBe(200);
  });

  it('refuses a row of 50,000 columns, with and without references', async () => {
    const cells = '<c><v>1</v></c>'.repeat(50_000);
    expect(
      await codeOf(await workbookOf({ sheets: { a: `<sheetData><row>${cells}</row></sheetData>` } })),
    ).toBe('sheet-too-many-columns');
    const far = '<sheetData><row r="1"><c r="BUYB1"><v>1</v></c></row></sheetData>';
    expect(await codeOf(await workbookOf({ sheets: { a: far } }))).toBe('sheet-too-many-columns');
    expect(await codeOf(Buffer.from(`${'1,'.repeat(50_000)}1\n`))).toBe('sheet-too-many-columns');
  });

  it('does not count formatted but empty cells', async () => {
    const empty = '<sheetData><row r="1"><c r="A1"><v>1</v></c><c r="XFD1" s="3"/></row></sheetData>';
    const { sheets } = await readSheets({ bytes: await workbookOf({ sheets: { a: empty } }) });
    expect(sheets[0]!.rows).toEqual([{ row: 1, texts: ['1'] }]);
  });

  it('stops at its bounds of rows, cells, text and cell length', async () => {
    const rows = Array.from({ length: 50 }, () => ['甲', '乙']);
    const zip = await plainWorkbook(rows);
    expect(await codeOf(zip, { rows: 49 })).toBe('sheet-too-many-rows');
    expect(await codeOf(zip, { cells: 99 })).toBe('sheet-too-many-cells');
    expect(await codeOf(zip, { totalLength: 99 })).toBe('sheet-too-many-cells');
    expect(await codeOf(await plainWorkbook([['甲'.repeat(32_768)]]))).toBe('sheet-cell-too-long');
    expect(await codeOf(Buffer.from('甲'.repeat(32_768)))).toBe('sheet-cell-too-long');
  });

  it('does not let one long shared string be multiplied by its references', async () => {
    const cells = '<c t="s"><v>0</v></c>'.repeat(200);
    const sheets = { a: `<sheetData>${`<row>${cells}</row>`.repeat(200)}</sheetData>` };
    const zip = await workbookOf({ sheets, strings: `<si><t>${'长'.repeat(30_000)}</t></si>` });
    expect(await codeOf(zip, { ratio: 100_000 })).toBe('sheet-too-many-cells');
  });

  it('stops when time or memory is up, and the next file is read as ever', async () => {
    const rows = Array.from({ length: 40_000 }, (_, at) => [`甲${at}`, `乙${at}`, `丙${at}`, `丁${at}`]);
    const zip = await plainWorkbook(rows);
    expect(await codeOf(zip, { milliseconds: 5 })).toBe('sheet-too-slow');
    expect(await codeOf(zip, { memoryMb: 4 })).toBe('sheet-too-many-cells');
    const { sheets } = await readSheets({ bytes: zip });
    expect(sheets[0]!.rows.length).toBe(40_000);
  });

  it('gives its place back when the consumer walks away', async () => {
    const zip = await good();
    for (let time = 0; time < 6; time += 1) {
      await expect(readSheets({ bytes: zip.subarray(0, 30) })).rejects.toBeInstanceOf(SheetError);
    }
    const { streamSheets } = await import('./read.ts');
    for (let time = 0; time < 6; time += 1) {
      for await (const event of streamSheets({ bytes: zip })) if (event.type === 'sheet') break;
    }
    expect((await readSheets({ bytes: zip })).sheets.length).toBe(1);
  });
});

describe('texts in the wrong encoding', () => {
  const list = '序号,姓名,手机号码\r\n1,王𠮷田,13812345678\r\n2,毛𬭎,13912345678\r\n';

  it.each<[string, Buffer, string]>([
    ['UTF-8', Buffer.from(list), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${list}`), 'utf-8'],
    ['GB18030', iconv.encode(list, 'gb18030'), 'gb18030'],
    ['UTF-16 of Windows', iconv.encode(list, 'utf-16le', { addBOM: true }), 'utf-16le'],
    ['UTF-16 without a mark', iconv.encode(list, 'utf-16le', { addBOM: false }), 'utf-16le'],
    ['UTF-16 the other way', iconv.encode(list, 'utf-16be', { addBOM: true }), 'utf-16be'],
    [
      'GBK taken for Latin-1',
      Buffer.from(iconv.encode(list, 'gb18030').toString('latin1')),
      'gb18030-as-latin1',
    ],
    ['UTF-8 taken for Latin-1', Buffer.from(Buffer.from(list).toString('latin1')), 'utf-8-as-latin1'],
  ])('reads %s', async (_, bytes, encoding) => {
    const file = await readSheets({ bytes });
    expect(file).toMatchObject({ kind: 'csv', encoding });
    expect(file.sheets[0]!.rows.map(({ texts }) => texts[1])).toEqual(['姓名', '王𠮷田', '毛𬭎']);
  });

  it('undoes UTF-8 taken for GBK when nothing was lost', async () => {
    const even = '工会名称,手机号码\n泰州公司工会,13812345678\n';
    const garbled = iconv.decode(Buffer.from(even), 'gb18030');
    expect(garbled).not.toContain('工会');
    const file = await readSheets({ bytes: Buffer.from(garbled) });
    expect(file.encoding).toBe('utf-8-as-gb18030');
    expect(file.sheets[0]!.rows[0]!.texts).toEqual(['工会名称', '手机号码']);
  });

  it('refuses GBK that was taken for UTF-8, where characters are gone', async () => {
    const lost = iconv.encode('姓名,工会\n张三,某公司工会\n', 'gb18030').toString('utf8');
    expect(await codeOf(Buffer.from(lost))).toBe('sheet-garbled');
    expect(await codeOf(Buffer.from('锟斤拷,锟斤拷\n1,2\n'))).toBe('sheet-garbled');
    const odd = iconv.decode(Buffer.from('姓名,证件号码,电话\n张三三,1,2\n'), 'gb18030');
    expect(await codeOf(Buffer.from(odd.replaceAll('\uFFFD', '?')))).toBe('sheet-garbled');
  });

  it('refuses bytes that are no text', async () => {
    expect(await codeOf(Buffer.from([0x61, 0x2c, 0xff, 0xff, 0x80, 0x0a]))).toBe('sheet-unknown-encoding');
  });

  it('tells GBK from UTF-8 in a file so short that both fit', async () => {
    const file = await readSheets({ bytes: iconv.encode('电话,联通\n1,2\n', 'gbk') });
    expect(file.sheets[0]!.rows[0]!.texts).toEqual(['电话', '联通']);
  });
});

describe('the wrong list', () => {
  const wanted = [
    { key: 'name', title: '姓名', mandatory: true },
    { key: 'id', title: '证件号码', mandatory: true },
    { key: 'phone', title: '手机号码' },
    { key: 'union', title: '所属工会' },
  ] as const;
  const find = async (rows: string[][]): Promise<string> => {
    const { sheets } = await readSheets({ bytes: await plainWorkbook(rows) });
    try {
      findTables(sheets, wanted);
      return '';
    } catch (error) {
      return (error as SheetError).zh;
    }
  };

  it('says that no header was found, and what it must have', async () => {
    expect(
      await find([
        ['品名', '数量', '单价'],
        ['铅笔', '3', '2'],
      ]),
    ).toMatch(/没有找到表头.*「姓名」「证件号码」/);
  });

  it('names the column that is missing', async () => {
    expect(
      await find([
        ['姓名', '手机号码', '所属工会'],
        ['张三', '1', '甲'],
      ]),
    ).toMatch(/第 1 行.*缺少「证件号码」列/);
  });

  it('says that nothing stands below', async () => {
    expect(await find([['姓名', '证件号码', '手机号码']])).toContain('下面没有');
  });
});

describe('every refusal', () => {
  it('says in Chinese and in English what to do', () => {
    expect(sheetErrorCodes.length).toBeGreaterThan(20);
    for (const code of sheetErrorCodes) {
      const { zh, en, message } = new SheetError(code, { limit: 9, sheet: '表1', row: 3, names: ['姓名'] });
      expect(zh).toBe(message);
      expect(zh).toMatch(/请|取消|删去/);
      expect(zh).not.toMatch(/失败|undefined/);
      // Names of sheets and columns stay as they stand in the file.
      expect(en.replaceAll(/“[^”]*”|姓名/g, '')).toMatch(/^[A-Z][^\p{Script=Han}]*\.$/u);
      expect(en).not.toContain('undefined');
    }
  });
});
