import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { testApp, type PersonName, type TestApp } from '../../tests/database/test-app.ts';
import { heicPhoto, jpegWithPlace, pdfWith, plainPdf, pngPhoto } from '../../tests/world/photos.ts';
import { inContext } from './context.ts';
import { ownScope } from './access.ts';
import { attachFiles, describeFiles, type FileDescription } from './files.ts';
import { sweepFiles } from './files/sweep.ts';

let app: TestApp;
let caseId: string;

beforeAll(async () => {
  app = await testApp();
  caseId = await openCase();
});
afterAll(() => app.close());

/** A submitted case of chen, enough for who may see its files. */
function openCase(): Promise<string> {
  return app.db(async (ctx) => {
    const id = ctx.id();
    const item = await ctx.db
      .selectFrom('catalogue_item')
      .select(['code', 'version'])
      .executeTakeFirstOrThrow();
    await ctx.db
      .insertInto('case')
      .values({
        id,
        number: `T-${id.slice(-6)}`,
        kind: 'benefit',
        item_code: item.code,
        item_version: item.version,
        member_id: app.world.members.chen.id,
        applicant_name: '陈小顺',
        union_id: app.world.unions.couriers.id,
        union_path: app.world.unions.couriers.path,
        status: 'submitted',
        answers: '{}',
        opened_at: ctx.now,
        updated_at: ctx.now,
      })
      .execute();
    return id;
  });
}

/** Runs as a signed-in person, as a handler would. */
async function actingAs<T>(person: PersonName, work: Parameters<typeof inContext<T>>[2]): Promise<T> {
  const session = await app.server.host.auth.sessionOf(app.federation, await app.token(person));
  const { actor } = session!;
  const request = { federation: app.federation, actor, scope: ownScope(actor), requestId: 'test' };
  return inContext(app.server.platform, request, work);
}

const attach = (ids: string[], field = 'receipts', to = caseId, person: PersonName = 'chen') =>
  actingAs(person, (ctx) =>
    attachFiles(ctx, {
      ids,
      caseId: to,
      field,
      unionPath: app.world.unions.couriers.path,
      memberId: app.world.members.chen.id,
    }),
  );

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing refused',
    (error: ApiError) => error.code,
  );

const begin = (size: number, name = '收据.jpg') => app.as('chen').files.begin({ body: { name, size } });
const append = (id: string, offset: number, raw: Buffer, person: PersonName = 'chen') =>
  app.as(person).files.append({ params: { id }, query: { offset } }, { raw });
const send = async (bytes: Buffer, name = '收据.jpg'): Promise<FileDescription> =>
  append((await begin(bytes.length, name)).id, 0, bytes);
const content = (person: PersonName | null, id: string, size = 'full') =>
  app.call(person, { method: 'GET', url: `/api/v1/files/${id}/content?size=${size}` });

function filesUnder(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('an upload', () => {
  it('comes in parts, tells how far it is, and goes on after a break', async () => {
    const bytes = await jpegWithPlace();
    const { id } = await begin(bytes.length);
    const half = Math.floor(bytes.length / 2);
    expect(await append(id, 0, bytes.subarray(0, half))).toMatchObject({
      status: 'uploading',
      received: half,
    });
    const wrong = append(id, 0, bytes.subarray(0, half)).catch((error: ApiError) => error);
    expect(await wrong).toMatchObject({ status: 409, code: 'upload-offset' });
    expect(await app.as('chen').files.get({ params: { id } })).toMatchObject({ received: half });
    const done = await append(id, half, bytes.subarray(half));
    expect(done).toMatchObject({ status: 'ready', mediaType: 'image/jpeg', reason: null });
    expect(await append(id, half, bytes.subarray(half))).toEqual(done);
    expect(filesUnder(join(app.dataDir, 'files', 'incoming'))).toEqual([]);
  });

  it('names the right offset in a refusal', async () => {
    const { id } = await begin(1000);
    await append(id, 0, Buffer.alloc(300));
    const token = await app.token('chen');
    const reply = await app.call('chen', {
      method: 'PUT',
      url: `/api/v1/files/${id}?offset=700`,
      headers: { 'content-type': 'application/octet-stream', authorization: `Bearer ${token}` },
      payload: Buffer.alloc(300),
    });
    expect(reply).toMatchObject({ status: 409, body: { error: { values: { offset: 300 } } } });
  });

  it('takes two copies of one part at the same moment once', async () => {
    const bytes = await jpegWithPlace();
    const { id } = await begin(bytes.length);
    const half = bytes.subarray(0, 200);
    const outcomes = await Promise.allSettled([
      append(id, 0, half),
      append(id, 0, half),
      append(id, 0, half),
    ]);
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1);
    expect(await append(id, 200, bytes.subarray(200))).toMatchObject({ status: 'ready' });
  });

  it.each([
    [0, '文件是空的'],
    [20 * 1024 * 1024 + 1, '文件超过 20 MB'],
    [2 * 1024 ** 3, '文件超过 20 MB'],
  ])('of %d declared bytes is refused before a byte is sent', async (size, reason) => {
    const refused = await begin(size).catch((error: ApiError) => error);
    expect(refused).toMatchObject({ status: 400, code: 'input-invalid' });
    expect((refused as ApiError).fields[0]!.reason).toContain(reason);
  });

  it('that sends more than it declared is refused and can still be finished', async () => {
    const bytes = await pngPhoto();
    const { id } = await begin(bytes.length);
    expect(await codeOf(append(id, 0, Buffer.concat([bytes, Buffer.alloc(1)])))).toBe('upload-broken');
    expect(await append(id, 0, bytes)).toMatchObject({ status: 'ready', mediaType: 'image/png' });
  });

  it('is nobody else’s to see, continue or throw away', async () => {
    const { id } = await begin(100);
    for (const person of ['wang', 'chair', 'approver'] as const) {
      const client = app.as(person);
      expect(await codeOf(client.files.get({ params: { id } }))).toBe('thing-not-found');
      expect(await codeOf(append(id, 0, Buffer.alloc(100), person))).toBe('thing-not-found');
      expect(await codeOf(client.files.remove({ params: { id } }))).toBe('thing-not-found');
    }
    expect(await app.as('chen').files.remove({ params: { id } })).toEqual({ ok: true });
    expect(await codeOf(app.as('chen').files.get({ params: { id } }))).toBe('thing-not-found');
  });

  it('shows its name without paths, controls and turned writing', async () => {
    expect((await begin(10, '../../etc/\u202Egpj.收据\u0007😀.jpg')).name).toBe('....etcgpj.收据😀.jpg');
  });
});

describe('a photo', () => {
  it('keeps its pixels, upright, and nothing about where it was taken', async () => {
    const original = await jpegWithPlace();
    expect((await sharp(original).metadata()).exif).toBeDefined();
    const file = await send(original);
    expect(file).toMatchObject({ width: 40, height: 60 });
    const { raw, headers } = await content('chen', file.id);
    const stored = await sharp(raw).metadata();
    expect(stored).toMatchObject({ format: 'jpeg', width: 40, height: 60 });
    expect([stored.exif, stored.xmp, stored.iptc, stored.orientation]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(raw.includes('Exif')).toBe(false);
    expect(headers).toMatchObject({
      'content-type': 'image/jpeg',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    expect(headers['content-disposition']).toBe(`inline; filename*=UTF-8''%E6%94%B6%E6%8D%AE.jpg`);
  });

  it('of an iPhone (HEIC) becomes a JPEG', async () => {
    expect((await fileTypeFromBuffer(heicPhoto))!.mime).toBe('image/heic');
    const file = await send(heicPhoto, 'IMG_0001.HEIC');
    expect(file).toMatchObject({ status: 'ready', mediaType: 'image/jpeg', width: 96, height: 64 });
    const { raw } = await content('chen', file.id);
    const pixel = await sharp(raw).extract({ left: 10, top: 10, width: 1, height: 1 }).raw().toBuffer();
    expect(pixel[0]).toBeGreaterThan(150);
    expect(pixel[2]).toBeLessThan(80);
  });

  it('has a preview of at most 1280 pixels', async () => {
    const file = await send(
      await sharp({ create: { width: 3000, height: 1500, channels: 3, background: '#369' } })
        .png()
        .toBuffer(),
    );
    const { raw, headers } = await content('chen', file.id, 'preview');
    expect(headers['content-type']).toBe('image/jpeg');
    expect(await sharp(raw).metadata()).toMatchObject({ format: 'jpeg', width: 1280, height: 640 });
  });

  it('with something else behind its last byte is stored without it', async () => {
    const polyglot = Buffer.concat([
      await jpegWithPlace(),
      Buffer.from('<script>alert(1)</script>PK\u0003\u0004'),
    ]);
    const file = await send(polyglot);
    const { raw } = await content('chen', file.id);
    expect(raw.includes('script')).toBe(false);
  });

  it('cut off in the middle is refused with a reason', async () => {
    const bytes = await sharp(randomBytes(300 * 300 * 3), { raw: { width: 300, height: 300, channels: 3 } })
      .jpeg()
      .toBuffer();
    const file = await send(bytes.subarray(0, bytes.length / 2));
    expect(file).toMatchObject({ status: 'refused', mediaType: null });
    expect(file.reason).toContain('没有存完整');
    expect(await codeOf(attach([file.id]))).toBe('file-not-ready');
    expect((await content('chen', file.id)).status).toBe(422);
  });

  it('that unpacks to more than 50 million pixels is refused, in either format', async () => {
    const bomb = await sharp({ create: { width: 9000, height: 9000, channels: 3, background: '#fff' } })
      .png({ compressionLevel: 9 })
      .toBuffer();
    expect((await send(bomb)).reason).toContain('像素太多');
    const heic = Buffer.from(heicPhoto);
    const at = heic.indexOf('ispe');
    heic.writeUInt32BE(60_000, at + 8);
    heic.writeUInt32BE(60_000, at + 12);
    expect((await send(heic)).reason).toContain('像素太多');
  });

  it('in HEIC that is damaged is refused, and the next one is taken', async () => {
    const damaged = Buffer.concat([heicPhoto.subarray(0, 200), randomBytes(300)]);
    expect(await send(damaged)).toMatchObject({ status: 'refused' });
    expect(await send(heicPhoto)).toMatchObject({ status: 'ready' });
  });
});

describe('other files', () => {
  it.each([
    ['a web page', Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>')],
    ['a program', Buffer.concat([Buffer.from('MZ'), randomBytes(500)])],
    ['a GIF', Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')],
    ['noise', randomBytes(64)],
  ])('%s named .jpg is refused', async (_what, bytes) => {
    const file = await send(bytes);
    expect(file.status).toBe('refused');
    expect(file.reason).toMatch(/只能上传照片（JPG、PNG、HEIC）或 PDF/);
  });

  it('a PDF named .jpg is stored as the PDF it is, and offered as a download', async () => {
    const pdf = plainPdf();
    const file = await send(pdf, '发票.jpg');
    expect(file).toMatchObject({ status: 'ready', mediaType: 'application/pdf' });
    const { raw, headers } = await content('chen', file.id, 'preview');
    expect(raw.equals(pdf)).toBe(true);
    expect(headers['content-disposition']).toBe(`attachment; filename*=UTF-8''%E5%8F%91%E7%A5%A8.pdf`);
  });

  it.each([
    ['runs a script when opened', '/OpenAction << /S /JavaScript /JS (app.alert(1)) >>', '自动运行'],
    ['hides the script’s name', '/OpenAction << /S /J#61vaScript /J#53 (app.alert(1)) >>', '自动运行'],
    ['starts a program', '/OpenAction << /S /Launch /F (cmd.exe) >>', '自动运行'],
    ['does something on opening that is not here', '/OpenAction 99 0 R', '自动运行'],
    ['has a password', '/Encrypt 5 0 R', '设了密码'],
  ])('a PDF that %s is refused with a reason', async (_what, entry, reason) => {
    const file = await send(pdfWith(entry), '发票.pdf');
    expect(file.status).toBe('refused');
    expect(file.reason).toContain(reason);
  });

  it('a PDF whose script is packed into an object stream is refused', async () => {
    expect((await send(pdfWith('', '<< /S /JavaScript /JS (app.alert(1)) >>'))).reason).toContain('自动运行');
    expect((await send(pdfWith('', '<< /Type /Annot >>'))).status).toBe('ready');
  });

  it('a PDF that opens at its first page is taken', async () => {
    expect(await send(pdfWith('/OpenAction [3 0 R /FitH null]'))).toMatchObject({ status: 'ready' });
    expect(await send(pdfWith('/OpenAction << /S /GoTo /D [3 0 R /Fit] >>'))).toMatchObject({
      status: 'ready',
    });
  });

  it('a PDF that is cut off is refused', async () => {
    const pdf = plainPdf();
    expect((await send(pdf.subarray(0, pdf.length - 30))).reason).toContain('没有存完整');
  });
});

describe('the folder', () => {
  it('holds no plain receipt, while it comes and when it is stored', async () => {
    const marker = randomBytes(40).toString('base64');
    const bytes = plainPdf(marker);
    const { id } = await begin(bytes.length, '发票.pdf');
    await append(id, 0, bytes.subarray(0, bytes.length - 10));
    const found = () => filesUnder(app.dataDir).filter((path) => readFileSync(path).includes(marker));
    expect(filesUnder(join(app.dataDir, 'files', 'incoming')).length).toBeGreaterThan(0);
    // The request's own copy goes right after the reply.
    await vi.waitFor(() => expect(found()).toEqual([]), { timeout: 60_000 });
    expect(await append(id, bytes.length - 10, bytes.subarray(bytes.length - 10))).toMatchObject({
      status: 'ready',
    });
    await vi.waitFor(() => expect(found()).toEqual([]), { timeout: 60_000 });
  });

  it('gives back what was put in, of any length, and nothing that was tampered with', async () => {
    const { files } = app.server.platform;
    for (const length of [0, 1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 1_000_000]) {
      const bytes = randomBytes(length);
      const { storedAs, size } = await files.put(bytes);
      expect(size).toBe(length);
      expect((await files.read(storedAs)).equals(bytes)).toBe(true);
    }
    const { storedAs } = await files.put(randomBytes(600_000));
    const path = join(app.dataDir, 'files', storedAs.slice(0, 2), storedAs);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const whole = readFileSync(path);
    const unreadable = { code: 'sealed-unreadable' };
    for (const at of [3, 18, 40, 300_000, whole.length - 1]) {
      const changed = Buffer.from(whole);
      changed[at]! ^= 1;
      writeFileSync(path, changed);
      await expect(files.read(storedAs), `byte ${at}`).rejects.toMatchObject(unreadable);
    }
    const first = 16 + 4 + whole.readUInt32BE(16);
    const second = first + 4 + whole.readUInt32BE(first);
    writeFileSync(path, whole.subarray(0, second));
    await expect(files.read(storedAs), 'last segment gone').rejects.toMatchObject(unreadable);
    writeFileSync(
      path,
      Buffer.concat([
        whole.subarray(0, 16),
        whole.subarray(first, second),
        whole.subarray(16, first),
        whole.subarray(second),
      ]),
    );
    await expect(files.read(storedAs), 'segments exchanged').rejects.toMatchObject(unreadable);
    await expect(files.read('../../keys/ring.json')).rejects.toThrow('unfit name');
  });
});

describe('files of a case', () => {
  it('are seen by cadres of its scope, who are written down once a day', async () => {
    const file = await send(await jpegWithPlace());
    expect((await content('chair', file.id)).status).toBe(404);
    await attach([file.id]);
    for (const person of [
      'wang',
      'siblingChair',
      'jiangyanApprover',
      'treasurer',
      'townCadre',
      'admin',
      null,
    ] as const) {
      const { status } = await content(person, file.id);
      // The town's cadre stands over the couriers' union and may view cases.
      expect([person, status]).toEqual([person, person === 'townCadre' ? 200 : person ? 404 : 401]);
    }
    await Promise.all([
      content('chair', file.id),
      content('chair', file.id, 'preview'),
      content('chair', file.id),
    ]);
    await content('approver', file.id);
    app.addDays(1);
    await content('chair', file.id);
    app.addDays(-1);
    const looks = await app.db((ctx) =>
      ctx.db.selectFrom('access_event').selectAll().where('case_id', '=', caseId).orderBy('who').execute(),
    );
    expect(looks.map((look) => look.who).toSorted()).toEqual(
      ['周干事', '赵主席', '赵主席', '钱审批'].toSorted(),
    );
    expect(looks[0]).toMatchObject({
      fields: ['票据照片'],
      fields_en: ['photos of the papers'],
      member_id: app.world.members.chen.id,
    });
    expect(looks[0]!.case_number).toMatch(/^T-/);
    const audited = await app.db((ctx) =>
      ctx.db.selectFrom('audit_event').select('sequence').where('kind', '=', 'evidence.seen').execute(),
    );
    expect(audited).toHaveLength(4);
    await content('chen', file.id);
    expect(await app.db((ctx) => ctx.db.selectFrom('access_event').selectAll().execute())).toHaveLength(4);
  });

  it('are exchanged when the field is answered anew, and cannot be thrown away', async () => {
    const id = await openCase();
    const [first, second] = [await send(await pngPhoto()), await send(await pngPhoto())];
    await attach([first.id, second.id], 'receipts', id);
    expect(await codeOf(app.as('chen').files.remove({ params: { id: first.id } }))).toBe('case-not-open');
    await attach([second.id], 'receipts', id);
    const described = await app.db((ctx) => describeFiles(ctx, id));
    expect(described).toEqual({ receipts: [second] });
    expect(await app.as('chen').files.remove({ params: { id: first.id } })).toEqual({ ok: true });
  });

  it('cannot be another member’s or another case’s', async () => {
    const file = await send(await pngPhoto());
    const id = await openCase();
    await expect(attach([file.id], 'receipts', id, 'wang')).rejects.toMatchObject({
      code: 'thing-not-found',
    });
    await attach([file.id], 'receipts', caseId);
    await expect(attach([file.id], 'receipts', id)).rejects.toMatchObject({ code: 'thing-not-found' });
  });
});

describe('the sweep', () => {
  it('forgets unfinished uploads after two days and unclaimed ones after two months, never a case’s', async () => {
    const unfinished = (await begin(100)).id;
    await append(unfinished, 0, Buffer.alloc(50));
    const loose = await send(await pngPhoto());
    const claimed = await send(await pngPhoto());
    await attach([claimed.id], 'receipts', await openCase());
    const left = async () => {
      const rows = await app.db((ctx) => ctx.db.selectFrom('file').select('id').execute());
      return [unfinished, loose.id, claimed.id].map((id) => rows.some((row) => row.id === id));
    };
    await app.db(sweepFiles);
    expect(await left()).toEqual([true, true, true]);
    app.addDays(2.1);
    await app.db(sweepFiles);
    expect(await left()).toEqual([false, true, true]);
    app.addDays(60);
    const before = filesUnder(join(app.dataDir, 'files')).length;
    await app.db(sweepFiles);
    expect(await left()).toEqual([false, false, true]);
    // The bytes go after the commit.
    await vi.waitFor(() => expect(filesUnder(join(app.dataDir, 'files')).length).toBeLessThan(before), {
      timeout: 60_000,
    });
    app.addDays(-62.1);
    expect((await content('chen', claimed.id)).status).toBe(200);
  });
});
