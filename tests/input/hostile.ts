import { crc32, deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { workbookOf, zipOf } from '../../server/kernel/sheets/factory.ts';
import { jpegWithPlace, pdfWith, plainPdf, pngPhoto } from '../world/photos.ts';

const xxe = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd"><!ENTITY f SYSTEM "http://127.0.0.1:1/x">]>';
const laughs = `<!DOCTYPE x [<!ENTITY a "哈">${Array.from('bcdefghij', (name, at) => `<!ENTITY ${name} "${`&${'abcdefghij'[at]};`.repeat(10)}">`).join('')}]>`;

const longName = '长'.repeat(30_000);

const cell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
const sheetOf = (rows: readonly (readonly string[])[]) =>
  `<sheetData>${rows.map((row) => `<row>${row.map(cell).join('')}</row>`).join('')}</sheetData>`;

/** What a spreadsheet would run when somebody opens it. */
export const formulas = [
  '=cmd|"/c calc"!A1',
  '+HYPERLINK("http://127.0.0.1","x")',
  '@SUM(1)',
  '-2+3',
  '\t=1+1',
  '＝1+1',
];

/** The same zip with one name of its directory and of its part changed; both of one length. */
const renamed = (zip: Buffer, from: string, to: string) =>
  Buffer.from(zip.toString('latin1').replaceAll(from, to), 'latin1');

/**
 * Rosters made to hurt, by what hurts in them, around rows that are as they should be (titles first). Each is a file of its own;
 * they are sent whole and damaged.
 */
export const hostileRosters: Record<string, (rows: readonly (readonly string[])[]) => Promise<Buffer>> = {
  'zip bomb': (rows) =>
    workbookOf({ sheets: { a: sheetOf(rows) }, parts: { 'xl/media/x.bin': Buffer.alloc(30_000_000) } }),
  'bomb in a sheet': (rows) => workbookOf({ sheets: { a: `${sheetOf(rows)}${'<x/>'.repeat(2_000_000)}` } }),
  'nested zip': async (rows) => {
    const inner = await workbookOf({ sheets: { a: sheetOf(rows) } });
    return workbookOf({ sheets: { a: sheetOf(rows) }, parts: { 'xl/embeddings/1.xlsx': inner } });
  },
  'zip in a zip': async (rows) => zipOf({ '名册.xlsx': await workbookOf({ sheets: { a: sheetOf(rows) } }) }),
  'zip slip': async (rows) =>
    renamed(
      await workbookOf({ sheets: { a: sheetOf(rows) }, parts: { 'aa/evil.xml': '<a/>' } }),
      'aa/evil',
      '../evil',
    ),
  'zip slip by Windows': async (rows) =>
    renamed(
      await workbookOf({ sheets: { a: sheetOf(rows) }, parts: { 'C_xwin.xml': '<a/>' } }),
      'C_x',
      'C:\\',
    ),
  XXE: (rows) =>
    workbookOf({
      sheets: { a: '' },
      parts: {
        'xl/worksheets/sheet1.xml': `${xxe}<worksheet>${sheetOf([...rows, ['&e;', '&f;']])}</worksheet>`,
      },
    }),
  'entities of entities': (rows) =>
    workbookOf({
      sheets: { a: '' },
      strings: '',
      parts: {
        'xl/worksheets/sheet1.xml': `${laughs}<worksheet>${sheetOf([...rows, ['&j;']])}</worksheet>`,
        'xl/sharedStrings.xml': `${laughs}<sst><si><t>&j;</t></si></sst>`,
      },
    }),
  polyglot: async (rows) => Buffer.concat([plainPdf(), await workbookOf({ sheets: { a: sheetOf(rows) } })]),
  'photo and workbook': async (rows) =>
    Buffer.concat([await jpegWithPlace(), await workbookOf({ sheets: { a: sheetOf(rows) } })]),
  'list and workbook': async (rows) =>
    Buffer.concat([
      Buffer.from(`${rows.map((row) => row.join(',')).join('\n')}\n`),
      await workbookOf({ sheets: { a: sheetOf(rows) } }),
    ]),
  truncated: async (rows) => (await workbookOf({ sheets: { a: sheetOf(rows) } })).subarray(0, -30),
  'merged cells': (rows) =>
    workbookOf({
      sheets: {
        a: `${sheetOf(rows)}<mergeCells>${'<mergeCell ref="A1:XFD1048576"/><mergeCell ref="B2:A1"/>'.repeat(9)}</mergeCells>`,
      },
    }),
  'merged names': (rows) =>
    workbookOf({ sheets: { a: `${sheetOf(rows)}<mergeCells><mergeCell ref="A2:A9"/></mergeCells>` } }),
  'formula payloads': (rows) =>
    workbookOf({
      sheets: {
        a: sheetOf(
          rows.map((row, at) => (at === 0 ? row : [formulas[at % formulas.length]!, ...row.slice(1)])),
        ),
      },
    }),
  'formulas as formulas': (rows) =>
    workbookOf({
      sheets: {
        a: sheetOf(rows).replaceAll(
          '</row>',
          '<c><f>WEBSERVICE("http://127.0.0.1:1/"&amp;A1)</f><v>1</v></c></row>',
        ),
      },
    }),
  'long names': (rows) =>
    workbookOf({
      sheets: {
        ['页'.repeat(300)]: sheetOf(rows.map((row, at) => (at === 0 ? row : [longName, ...row.slice(1)]))),
      },
    }),
  'a list of long names': async (rows) =>
    Buffer.from(rows.map((row, at) => (at === 0 ? row : [longName, ...row.slice(1)]).join(',')).join('\n')),
};

/** A PNG that says how large it is and holds next to nothing. */
function pngSaying(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
    const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    check.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, check]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', head),
    chunk('IDAT', deflateSync(Buffer.alloc(100_000))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A compressed object stream of a PDF. */
function packedStream(content: Buffer | string): Buffer {
  const packed = deflateSync(content);
  return Buffer.concat([
    Buffer.from(
      `4 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length ${packed.length} >>\nstream\n`,
    ),
    packed,
    Buffer.from('\nendstream\nendobj\n'),
  ]);
}

const pdfOf = (streams: readonly Buffer[]) => {
  const [head, tail] = splitAt(plainPdf(), 'trailer');
  return Buffer.concat([head, ...streams, tail]);
};

/** Packed objects that grow a thousandfold: 200 of them hold 1.6 GB. */
function pdfBomb(): Buffer {
  const stream = packedStream(Buffer.alloc(8_000_000, 0x20));
  return pdfOf(Array.from({ length: 200 }, () => stream));
}

/** Something that runs, behind more packed objects than anybody would open. */
const pdfWithHaystack = () =>
  pdfOf([
    ...Array.from({ length: 300 }, () => packedStream('9 0 << /Type /Annot >>')),
    packedStream('9 0 << /S /JavaScript /JS (app.alert(1)) >>'),
  ]);

/** A PDF that says `text` over and over, outside any stream. */
const pdfFullOf = (text: string, length: number) => pdfOf([Buffer.alloc(length, text)]);

function splitAt(bytes: Buffer, word: string): [Buffer, Buffer] {
  const at = bytes.indexOf(word);
  return [bytes.subarray(0, at), bytes.subarray(at)];
}

/** Papers and photos made to hurt, with the name they come under. */
export const hostilePapers: Record<string, () => Promise<[name: string, bytes: Buffer]>> = {
  'zip bomb': async () => ['票据.jpg', await zipOf({ 'x.bin': Buffer.alloc(30_000_000) })],
  'nested zip': async () => ['票据.zip', await zipOf({ 'a.zip': await zipOf({ 'b.zip': 'PK' }) })],
  'zip slip': async () => ['../../票据.jpg', renamed(await zipOf({ 'aa/evil': 'x' }), 'aa/evil', '../evil')],
  XXE: async () => [
    '票据.svg',
    Buffer.from(`${xxe}<svg xmlns="http://www.w3.org/2000/svg"><text>&e;</text></svg>`),
  ],
  'XXE behind a photo': async () => [
    '票据.jpg',
    Buffer.concat([await jpegWithPlace(), Buffer.from(`${xxe}<svg>&e;</svg>`)]),
  ],
  'photo and page': async () => [
    '票据.html',
    Buffer.concat([await jpegWithPlace(), Buffer.from('<script>alert(1)</script>')]),
  ],
  'photo and zip': async () => [
    '票据.jpg',
    Buffer.concat([await pngPhoto(), await zipOf({ 'a.js': 'alert(1)' })]),
  ],
  'paper and page': async () => [
    '票据.pdf',
    Buffer.concat([plainPdf(), Buffer.from('<script>alert(1)</script>\n%%EOF startxref')]),
  ],
  truncated: async () => ['票据.jpg', (await jpegWithPlace()).subarray(0, -200)],
  'huge image': async () => [
    '票据.png',
    await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#fff' } })
      .png()
      .toBuffer(),
  ],
  'large image': async () => [
    '票据.png',
    await sharp({ create: { width: 7000, height: 7000, channels: 3, background: '#fff' } })
      .png()
      .toBuffer(),
  ],
  'image that says it is huge': async () => ['票据.png', pngSaying(2 ** 31 - 1, 2 ** 31 - 1)],
  'image that says it is large': async () => ['票据.png', pngSaying(7000, 7000)],
  'paper that unpacks': async () => ['票据.pdf', pdfBomb()],
  'paper that hides what runs': async () => ['票据.pdf', pdfWithHaystack()],
  'paper that opens for ever': async () => ['票据.pdf', pdfFullOf('/OpenAction<<', 3_900_000)],
  'paper that opens elsewhere': async () => ['票据.pdf', pdfFullOf('/OpenAction 3 1 R ', 3_900_000)],
  'paper of signs': async () => ['票据.pdf', pdfFullOf('#41', 6_000_000)],
  'paper of streams': async () => [
    '票据.pdf',
    pdfFullOf('<</ObjStm/FlateDecode>>stream\n\nendstream', 6_000_000),
  ],
  'paper of blanks': async () => ['票据.pdf', pdfFullOf('>>' + ' '.repeat(5000), 19_000_000)],
  'paper that runs': async () => ['票据.pdf', pdfWith('/OpenAction << /S /JavaScript /JS (app.alert(1)) >>')],
  'formula payloads': async () => ['=cmd|"/c calc"!A1.jpg', await jpegWithPlace()],
  'long names': async () => [`${'长'.repeat(195)}.jpg`, await jpegWithPlace()],
  'name that turns round': async () => ['\u202Egpj.exe', await pngPhoto()],
};
