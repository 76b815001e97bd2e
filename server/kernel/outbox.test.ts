import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../tests/database/test-app.ts';
import { sendSms } from './outbox.ts';

interface Received {
  path: string;
  headers: IncomingMessage['headers'];
  body: { id: string; to: string; text: string };
}

let gateway: Server;
let received: Received[];
/** What the gateway answers next; 0 = it hangs up. */
let answers: number[];
let app: TestApp;

beforeAll(async () => {
  gateway = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Received['body'];
      received.push({ path: request.url ?? '', headers: request.headers, body });
      const status = answers.shift() ?? 200;
      if (status === 0) request.socket.destroy();
      else response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('{}');
    });
  });
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve));
  const { port } = gateway.address() as AddressInfo;
  app = await testApp({ smsGatewayUrl: `http://union:p%40ss@127.0.0.1:${port}/sms?sign=1` });
});
beforeEach(() => {
  received = [];
  answers = [];
});
afterAll(async () => {
  await app.close();
  gateway.close();
});

const send = (text: string) => app.db((ctx) => sendSms(ctx, { to: '13951160001', text }));
const drain = () => app.server.platform.jobs.drain(app.server.platform);
const rows = () => app.db((ctx) => ctx.db.selectFrom('outbox').selectAll().execute());
afterEach(() => app.db((ctx) => ctx.db.deleteFrom('outbox').execute()));

describe('a message', () => {
  it('reaches the gateway once, after the commit', async () => {
    await send('验证码 123456');
    expect(received).toEqual([]);
    await drain();
    const [row] = await rows();
    expect(received).toHaveLength(1);
    expect(received[0]).toMatchObject({
      path: '/sms?sign=1',
      body: { id: row!.id, to: '13951160001', text: '验证码 123456' },
      headers: {
        'idempotency-key': row!.id,
        authorization: `Basic ${Buffer.from('union:p@ss').toString('base64')}`,
      },
    });
    expect(row).toMatchObject({ attempts: 1, error: null, to_masked: '139****0001' });
    expect(row!.sent_at).not.toBeNull();
    expect(await drain()).toBe(0);
  });

  it('is never sent when the transaction that wrote it fails', async () => {
    const failing = app.db(async (ctx) => {
      await sendSms(ctx, { to: '13951160001', text: 'x' });
      throw new Error('rolled back');
    });
    await expect(failing).rejects.toThrow('rolled back');
    await drain();
    expect([received, await rows()]).toEqual([[], []]);
  });

  it.each([
    ['is refused', [500, 503], 'gateway answered'],
    ['hangs up', [0, 0], 'UND_ERR_SOCKET'],
    ['points elsewhere', [302, 302], 'TypeError'],
  ])('is tried again when the gateway %s', async (_how, refusals) => {
    answers = [...refusals];
    await send('x');
    await drain();
    expect(received).toHaveLength(3);
    expect(new Set(received.map(({ path }) => path))).toEqual(new Set(['/sms?sign=1']));
    expect((await rows())[0]).toMatchObject({ attempts: 3, error: null });
  });

  it('is given up after six tries and says why, without the password', async () => {
    answers = Array.from({ length: 9 }, () => 500);
    await send('x');
    await drain();
    expect(received).toHaveLength(6);
    const [row] = await rows();
    expect(row).toMatchObject({ attempts: 6, error: 'gateway answered 500', sent_at: null });
  });

  it('lies sealed in the database and in the queue', async () => {
    await send('验证码 987654');
    const dump = await app.db(async (ctx) => {
      const outbox = await ctx.db.selectFrom('outbox').selectAll().execute();
      const { rows: queue } = await sql`select * from pgboss.job`.execute(ctx.db);
      return {
        bytes: Buffer.concat(outbox.flatMap((row) => [row.to_sealed, row.text_sealed])),
        outbox,
        queue,
      };
    });
    expect(dump.queue.length).toBeGreaterThan(0);
    const text = JSON.stringify(dump) + dump.bytes.toString('latin1');
    expect(text).not.toContain('987654');
    expect(text).not.toContain('13951160001');
    await drain();
  });
});

describe('a sign-in code', () => {
  const ask = (phone: string) => app.as(null).accounts.requestCode({ body: { phone } });
  const known = '13951160001';
  const unknown = '13951169999';

  it('is refused in so many words while the gateway takes nothing, to everybody alike', async () => {
    answers = Array.from({ length: 9 }, () => 500);
    await send('x');
    await drain();
    for (const phone of [known, unknown])
      await expect(ask(phone)).rejects.toMatchObject({ status: 503, code: 'sms-unavailable' });
    expect(await rows()).toHaveLength(1);
    // One that arrives shows that it works again.
    answers = [];
    await send('y');
    await drain();
    await expect(ask(unknown)).resolves.toMatchObject({ retryAfterSeconds: 60 });
  });

  it('is not kept from others by a number the gateway refuses', async () => {
    answers = Array.from({ length: 9 }, () => 400);
    await send('x');
    await drain();
    await expect(ask('13951169998')).resolves.toMatchObject({ retryAfterSeconds: 60 });
  });

  it('is sent again soon after the gateway was given up', async () => {
    answers = Array.from({ length: 9 }, () => 500);
    await send('x');
    await drain();
    app.addDays(7 / 1440);
    await expect(ask('13951169997')).resolves.toMatchObject({ retryAfterSeconds: 60 });
    app.addDays(-7 / 1440);
  });
});

describe('the outbox', () => {
  it('keeps messages for a week', async () => {
    await send('x');
    await drain();
    await app.db((ctx) => ctx.jobs.enqueue(ctx, 'outbox.sweep', {}));
    await drain();
    expect(await rows()).toHaveLength(1);
    app.addDays(7.1);
    await app.db((ctx) => ctx.jobs.enqueue(ctx, 'outbox.sweep', {}));
    await drain();
    expect(await rows()).toHaveLength(0);
    app.addDays(-7.1);
  });

  it('without a gateway keeps what is written, and sends nothing', async () => {
    const quiet = await testApp();
    await quiet.db((ctx) => sendSms(ctx, { to: '13951160001', text: '验证码 123456' }));
    expect(await quiet.server.platform.jobs.drain(quiet.server.platform)).toBe(0);
    const [row] = await quiet.db((ctx) => ctx.db.selectFrom('outbox').selectAll().execute());
    const place = { table: 'outbox', column: 'text_sealed', row: row!.id };
    expect(quiet.server.platform.pii.unseal(place, row!.text_sealed)).toBe('验证码 123456');
    await quiet.close();
  });
});
