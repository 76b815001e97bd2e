import { PassThrough, Writable } from 'node:stream';
import { assert, constantFrom, array, oneof, property, sample, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guarded, looksLikeFormula, withoutGuard } from './cell-safety.ts';
import { readSheets } from './read.ts';
import { csvRecord, writeCsv } from './write-csv.ts';
import { writeXlsx, xlsxBytes } from './write-xlsx.ts';
import type { OutCell } from './write-xlsx.ts';
import { openZip } from './zip-parts.ts';
import { defaultLimits } from './rows.ts';

const attacks = [
  '=',
  '+',
  '-',
  '@',
  '＝',
  '＋',
  '－',
  '＠',
  '\t=',
  '\r=',
  '\n=',
  ' =',
  "'=",
  '\0=',
  '\u200B=',
].flatMap((start) =>
  ['1+1', 'cmd|calc', 'HYPERLINK("http://x")', '86', '"a","b"', "'", ''].map((rest) => start + rest),
);

async function csvBytes(rows: readonly (readonly OutCell[])[]): Promise<Buffer> {
  const out = new PassThrough();
  const pieces: Buffer[] = [];
  out.on('data', (piece: Buffer) => pieces.push(piece));
  await writeCsv(out, { columns: [{ title: '姓名' }, { title: '说明' }], rows });
  return Buffer.concat(pieces);
}

const readBack = async (bytes: Buffer): Promise<string[][]> =>
  (await readSheets({ bytes })).sheets[0]!.rows.slice(1).map(({ texts }) => texts);

describe('text that looks like a formula', () => {
  it('is guarded in CSV, every field of it', async () => {
    const text = (await csvBytes(attacks.map((attack) => [attack, '说明']))).toString('utf8');
    expect(text.startsWith('\uFEFF姓名,说明\r\n')).toBe(true);
    for (const attack of attacks) {
      const field = csvRecord([attack]).replace(/^"/, '');
      expect(field).toMatch(/^'/);
      expect(field).not.toContain('\0');
    }
  });

  it('comes back as it was, from CSV and from Excel', async () => {
    const expected = attacks.map((attack) => [attack.replaceAll('\0', ''), '说明']);
    const rows = attacks.map((attack) => [attack, '说明']);
    expect(await readBack(await csvBytes(rows))).toEqual(expected);
    const file = await readSheets({
      bytes: await xlsxBytes([{ name: '表', columns: [{ title: '姓名' }], rows }]),
    });
    const back = file.sheets[0]!.rows.slice(1);
    expect(back.map(({ texts }) => texts)).toEqual(expected);
    expect(back.every(({ marks }) => marks === undefined)).toBe(true);
  });

  it('is no formula in the XML, and keeps Excel from making it one', async () => {
    const parts = await openZip(
      await xlsxBytes([{ name: '表', columns: [], rows: [['=1+1', '平常']] }]),
      defaultLimits,
    );
    let xml = '';
    for await (const chunk of parts.stream('xl/worksheets/sheet1.xml')) xml += chunk.toString();
    parts.close();
    expect(xml).not.toContain('<f>');
    expect(xml).toContain('<c r="A2" s="2" t="inlineStr"><is><t xml:space="preserve">=1+1</t></is></c>');
    expect(xml).toContain('<c r="B2" s="1"');
  });

  it('leaves plain text and numbers alone', () => {
    for (const text of ['张三', '2018-03-01', '0523-8688', 'a=b', '1+1'])
      expect(looksLikeFormula(text)).toBe(false);
    expect(csvRecord([-5, 3n, true, null, { on: '2018-03-01' }, 'a"b'])).toBe(
      '-5,3,是,,2018-03-01,"a""b"\r\n',
    );
  });

  it('survives guard and back, whatever the text', () => {
    assert(
      property(
        string({ unit: constantFrom("'", '=', '@', '\t', ' ', '+', '甲', '－', '"', ',') }),
        (text) => {
          expect(withoutGuard(guarded(text))).toBe(text);
        },
      ),
    );
  });
});

describe('what is written', () => {
  const unit = oneof(
    constantFrom(
      '<',
      '>',
      '&',
      '"',
      "'",
      '_x000D_',
      '_x005F_',
      '\r',
      '\n',
      '\t',
      ' ',
      ',',
      ';',
      '=',
      '𠮷',
      '😀',
      '\u202E',
      '\0',
    ),
    string({ unit: 'grapheme', maxLength: 3 }),
  );
  const texts = array(unit, { maxLength: 8 }).map((pieces) => pieces.join(''));

  it('is read back the same, whatever the text', async () => {
    const rows = sample(texts, { numRuns: 3000, seed: 7 }).map((text, at) => [`r${at}`, text]);
    const sheet = { name: '表', columns: [{ title: '序号' }, { title: '文字' }], rows };
    const clean = (text: string): string =>
      text.replace(/(?![\t\n\r\x7F-\x9F])\p{Cc}|\p{Surrogate}|[\uFFFE\uFFFF]/gu, '');
    const expected = rows.map(([number, text]) => (clean(text!) === '' ? [number] : [number, clean(text!)]));
    expect(await readBack(await xlsxBytes([sheet]))).toEqual(expected);
  });

  it('is the same, byte for byte, every time', async () => {
    const sheet = { name: '表', columns: [{ title: '姓名' }], rows: [['张三', 1, { on: '2018-03-01' }]] };
    const first = await xlsxBytes([sheet]);
    await new Promise((resolve) => {
      setTimeout(resolve, 2100);
    });
    expect((await xlsxBytes([sheet])).equals(first)).toBe(true);
  });

  it('keeps numbers, dates and sheets apart', async () => {
    const bytes = await xlsxBytes([
      {
        name: '城东/城西',
        columns: [{ title: 'a' }],
        rows: [[1.5, 20n, true, { on: '2018-03-01' }, 12345678901234567890n]],
      },
      { name: '城东 城西', columns: [{ title: 'b' }], rows: [['x']] },
    ]);
    const { sheets } = await readSheets({ bytes });
    expect(sheets.map(({ name }) => name)).toEqual(['城东 城西', '城东 城西 2']);
    const [, row] = sheets[0]!.rows;
    expect(row!.texts).toEqual(['1.5', '20', 'TRUE', '2018-03-01', '12345678901234567890']);
    expect(row!.marks).toEqual({ 3: { on: '2018-03-01' } });
  });

  it('stops when the reader goes away', async () => {
    function* endless(): Generator<string[]> {
      for (;;) yield ['张三'.repeat(200 + Math.floor(performance.now() % 50))];
    }
    let taken = 0;
    const out = new Writable({
      write(chunk: Buffer, _, done) {
        taken += chunk.length;
        if (taken > 10_000) this.destroy(new Error('gone'));
        done();
      },
    });
    await expect(writeXlsx(out, [{ name: '表', columns: [], rows: endless() }])).rejects.toThrow(
      /gone|abort/,
    );
  });

  it('fails, and breaks the stream off, when the rows fail', async () => {
    async function* failing(): AsyncGenerator<string[]> {
      yield ['张三'];
      await Promise.resolve();
      throw new Error('query broke');
    }
    const out = new PassThrough();
    out.resume();
    await expect(writeXlsx(out, [{ name: '表', columns: [], rows: failing() }])).rejects.toThrow(
      'query broke',
    );
    expect(out.destroyed).toBe(true);
    const csv = new PassThrough();
    csv.resume();
    await expect(writeCsv(csv, { columns: [], rows: failing() })).rejects.toThrow('query broke');
    expect(csv.destroyed).toBe(true);
  });
});
