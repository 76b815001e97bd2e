import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { workbookOf, zipOf } from '../../server/kernel/sheets/factory.ts';
import { readSheets } from '../../server/kernel/sheets/read.ts';
import { testApp, type TestApp } from '../database/test-app.ts';
import { jpegWithPlace, plainPdf, pngPhoto, pdfWith } from '../world/photos.ts';
import { nastyTexts } from './nasty.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

const refusal = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error !== null && !(error instanceof ApiError)) throw error;
  return error;
};

/** Clear: a reason in Chinese, never a fault of ours, nothing of the inside. */
function expectClear(what: string, error: ApiError | null): void {
  expect([what, error?.status ?? 200]).toEqual([what, expect.toSatisfy((status: number) => status >= 400 && status < 500)]); // prettier-ignore
  expect([what, error!.message]).toEqual([what, expect.stringMatching(/[\u4E00-\u9FFF]{4}/)]);
  expect([what, error!.message]).not.toEqual([
    what,
    expect.stringMatching(/\{[a-z]+\}|Error|undefined|zod/i),
  ]);
}

const state = () =>
  t.db(async (ctx) => {
    const found = await sql<Record<string, number>>`
      select (select count(*)::int from member) as members, (select count(*)::int from "union") as unions,
        (select count(*)::int from roster_import) as imports, (select count(*)::int from roster_fault) as faults,
        (select count(*)::int from audit_event) as events`.execute(ctx.db);
    return found.rows[0]!;
  });

const header = '姓名,证件号码,手机号码,所属工会,入会日期';

it('refuses every bad roster with a reason, at once, and leaves nothing half done', async () => {
  const bomb = await workbookOf({
    sheets: { a: '<sheetData/>' },
    parts: { 'xl/media/x.bin': Buffer.alloc(60_000_000) },
  });
  const pages = Object.fromEntries(
    Array.from({ length: 500 }, (_, at) => [
      `p${at}`,
      `<sheetData>${'<row><c><v>1</v></c></row>'.repeat(400)}</sheetData>`,
    ]),
  );
  const gbk = Buffer.from([
    0xd0, 0xd5, 0xc3, 0xfb, 0x2c, 0xd6, 0xa4, 0xbc, 0xfe, 0x0a, 0xff, 0xff, 0x2c, 0x31, 0x0a,
  ]);
  const declared = Buffer.from(await workbookOf({ sheets: { a: '<sheetData/>' } }));
  // The central directory's size field of the first part: 2 GB.
  declared.writeUInt32LE(2 * 1024 ** 3 - 1, declared.indexOf('PK\u0001\u0002') + 24);
  const bad: [string, Buffer][] = [
    ['nothing', Buffer.alloc(0)],
    ['one byte', Buffer.from('x')],
    ['a NUL in a cell', Buffer.from(`${header}\n张\u0000三,1,1,某工会,2026-01-01\n`)],
    ['zeroes', Buffer.alloc(5000)],
    ['a photo', await pngPhoto()],
    ['a PDF', plainPdf()],
    ['a zip that is no workbook', await zipOf({ 'a.txt': 'x' })],
    ['half a workbook', (await workbookOf({ sheets: { a: '<sheetData/>' } })).subarray(0, 200)],
    ['a zip bomb', bomb],
    ['a workbook of 500 pages', await workbookOf({ sheets: pages })],
    ['a part that says 2 GB', declared],
    ['GBK cut in the middle', gbk],
    ['GBK said to be UTF-8', Buffer.concat([Buffer.from('\uFEFF'), gbk])],
    ['only a header', Buffer.from(`${header}\n`)],
    ['an old .xls', Buffer.from('d0cf11e0a1b11ae1', 'hex')],
    ['a web page', Buffer.from('<html><table><tr><td>姓名</td></tr></table></html>')],
  ];
  const before = await state();
  for (const [what, bytes] of bad) {
    for (const routes of ['memberImports', 'unionImports'] as const) {
      const begun = performance.now();
      const error = await refusal(
        t.as('registrar')[routes].preview({ query: { fileName: '名册.xlsx' } }, { raw: bytes }),
      );
      expectClear(`${what} to ${routes}`, error);
      expect([what, performance.now() - begun]).toEqual([
        what,
        expect.toSatisfy((ms: number) => ms < 15_000),
      ]);
    }
  }
  expect(await state()).toEqual(before);
});

it('refuses twenty-one megabytes before reading them all', async () => {
  const error = await refusal(
    t
      .as('registrar')
      .memberImports.preview({ query: { fileName: 'a.csv' } }, { raw: Buffer.alloc(21 * 1024 * 1024, 0x31) }),
  );
  expect(error?.status).toBe(413);
  expectClear('21 MB', error);
});

it('keeps nasty cells as text: reported row by row, stored whole, and never a formula in what it gives back', async () => {
  const rows = nastyTexts
    // A NUL makes the whole file one that is no table, half a letter makes it one saved wrongly; both are said above.
    .filter(
      (text) => !['"', '\n', '\u0000', '\uD800'].some((sign) => text.includes(sign)) && text.length < 500,
    )
    .map((text) => `"${text}","${text}",13800138000,"${t.world.unions.couriers.name}",2026-01-01`);
  const before = await state();
  const run = await t
    .as('registrar')
    .memberImports.preview(
      { query: { fileName: '=cmd|calc.csv' } },
      { raw: Buffer.from([header, ...rows].join('\n')) },
    );
  expect(run.counts.reject).toBeGreaterThan(15);
  expect(run.counts.accept).toBe(0);
  const faults = await t
    .as('registrar')
    .memberImports.faults({ params: { id: run.id }, query: { pageSize: 200 } });
  for (const fault of faults.items) expect(fault.reason).toMatch(/[\u4E00-\u9FFF]/);
  expect((await state()).members).toBe(before.members);
  const refused = (await t.as('registrar').memberImports.refused({ params: { id: run.id } })) as Buffer;
  const { sheets } = await readSheets({ bytes: refused });
  const given = sheets.flatMap((sheet) => sheet.rows);
  expect(given.flatMap((row) => row.texts).length).toBeGreaterThan(30);
  expect(JSON.stringify(given.map((row) => row.marks ?? null))).not.toContain('formula');
});

it('takes a photo for what it is, whatever its name says, and refuses what is none', async () => {
  const put = async (name: string, bytes: Buffer) => {
    const begun = await t.as('chen').files.begin({ body: { name, size: bytes.length } });
    return t.as('chen').files.append({ params: { id: begun.id }, query: { offset: 0 } }, { raw: bytes });
  };
  expect(await put('票据.jpg', plainPdf())).toMatchObject({ status: 'ready', mediaType: 'application/pdf' });
  expect(await put('票据.pdf', await jpegWithPlace())).toMatchObject({
    status: 'ready',
    mediaType: 'image/jpeg',
  });
  const photo = await pngPhoto();
  const bad: [string, Buffer][] = [
    ['票据.jpg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['票据.jpg', Buffer.from('<html><script>alert(1)</script></html>')],
    ['票据.png', photo.subarray(0, photo.length / 2)],
    ['票据.jpg', Buffer.from('MZ\u0090\u0000')],
    ['票据.pdf', pdfWith('/OpenAction << /S /JavaScript /JS (app.alert(1)) >>')],
    ['票据.xlsx', await workbookOf({ sheets: { a: '<sheetData/>' } })],
  ];
  for (const [name, bytes] of bad) {
    const refused = await put(name, bytes).then(
      (reply) => (reply.status === 'refused' ? (reply.reason ?? '') : 'taken'),
      (error: ApiError) => error.message,
    );
    expect(refused).toMatch(/[\u4E00-\u9FFF]{4}/);
  }
  expectClear('nothing', await refusal(put('票据.jpg', Buffer.alloc(0))));
  expectClear(
    '2 GB',
    await refusal(t.as('chen').files.begin({ body: { name: '大.jpg', size: 2 * 1024 ** 3 } })),
  );
  // More bytes than were announced, and from a place nobody has come to.
  const begun = await t.as('chen').files.begin({ body: { name: '票据.png', size: 10 } });
  const at = { params: { id: begun.id } };
  expectClear(
    'more than said',
    await refusal(t.as('chen').files.append({ ...at, query: { offset: 0 } }, { raw: photo })),
  );
  expectClear(
    'a gap',
    await refusal(t.as('chen').files.append({ ...at, query: { offset: 5 } }, { raw: photo.subarray(0, 2) })),
  );
});

it('reads no return file it does not understand', async () => {
  const error = await refusal(
    t
      .as('treasurer')
      .disbursements.importReturn(
        { params: { id: t.world.members.chen.id } },
        { raw: Buffer.from('批次号,X') },
      ),
  );
  expect(error?.code).toBe('thing-not-found');
});
