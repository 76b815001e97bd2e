import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setImmediate as turnOfLoop, setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../tests/database/test-app.ts';
import { comeInTurn, waitOf } from './db/waiting.ts';
import { watchTurns } from './loop-turn.ts';

let app: TestApp;
let origin: string;
let bearer: string;
beforeAll(async () => {
  app = await testApp({ busyAfterMillis: 200, poolSize: 2 });
  bearer = `Bearer ${await app.token('chair')}`;
  await app.server.app.listen({ port: 0, host: '127.0.0.1' });
  origin = `http://127.0.0.1:${(app.server.app.server.address() as AddressInfo).port}`;
});
afterAll(() => app.close());

const days = '/api/v1/calendar/days?year=2026';
const ask = (path: string, headers: Record<string, string> = {}) =>
  fetch(origin + path, { headers: { authorization: bearer, ...headers } });

/** All connections taken, and one call that has waited for one longer than it should. */
async function whileBusy(work: () => Promise<void>): Promise<void> {
  const { pool } = app.server.platform.database;
  const taken = [await pool.connect(), await pool.connect()];
  const waiting = ask(days);
  try {
    while (waitOf(pool) < 200) await pause(10);
    await work();
  } finally {
    for (const client of taken) client.release();
  }
  expect((await waiting).status).toBe(200);
}

async function series(): Promise<{ busy: number; failed: number }> {
  const text = await (await ask('/metrics')).text();
  const sum = (pattern: RegExp) =>
    [...text.matchAll(pattern)].reduce((total, [, value]) => total + Number(value), 0);
  return {
    busy: sum(/^smart_union_requests_shed_total\{reason="busy"\} (\S+)$/gm),
    failed: sum(/^smart_union_request_duration_seconds_count\{.*status="5xx".*\} (\S+)$/gm),
  };
}

describe('a server whose calls wait too long', () => {
  it('turns those that come away at once, with all the headers of a reply, in the language asked for', async () => {
    const served = await ask(days);
    const before = await series();
    await whileBusy(async () => {
      const began = performance.now();
      const shed = await ask(days);
      expect(performance.now() - began).toBeLessThan(1000);
      expect(shed.status).toBe(503);
      const own = ['date', 'x-request-id', 'content-length'];
      for (const [name, value] of served.headers)
        if (!own.includes(name)) expect([name, shed.headers.get(name)]).toEqual([name, value]);
      expect(Number(shed.headers.get('retry-after'))).toBeGreaterThanOrEqual(2);
      const { error } = (await shed.json()) as { error: Record<string, unknown> };
      expect(error).toMatchObject({
        code: 'database-unavailable',
        message: expect.stringContaining('系统正忙'),
      });
      expect(error.requestId).toBe(shed.headers.get('x-request-id'));
      const english = await (await ask(days, { 'accept-language': 'en-GB' })).text();
      expect(english).toContain('The service is busy');
    });
    expect((await ask(days)).status).toBe(200);
    const after = await series();
    expect([after.busy - before.busy, after.failed - before.failed]).toEqual([2, 0]);
  });

  it('answers whoever asks after its health or its figures', async () => {
    await whileBusy(async () => {
      expect((await ask('/healthz')).status).toBe(200);
      expect((await ask('/favicon.ico')).status).toBe(200);
    });
  });

  it('keeps the connection of a call whose body it has not read', async () => {
    await whileBusy(async () => {
      const socket = connect(Number(new URL(origin).port), '127.0.0.1').setEncoding('utf8');
      const body = JSON.stringify({ text: 'x'.repeat(100_000) });
      const post = `POST /api/v1/cases HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`;
      socket.write(`${post}${body}GET /healthz HTTP/1.1\r\nhost: test\r\n\r\n`);
      let told = '';
      for await (const chunk of socket) {
        told += String(chunk);
        if (told.includes('{"ok":true}')) break;
      }
      expect(told.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 503', 'HTTP/1.1 200']);
    });
  });
});

describe('the wait for a connection', () => {
  it('counts those who will ask for one when they know who they are', async () => {
    const { pool } = app.server.platform.database;
    expect(waitOf(pool)).toBe(0);
    const come = comeInTurn(pool);
    await pause(30);
    expect(waitOf(pool)).toBeGreaterThanOrEqual(29);
    come();
    expect(waitOf(pool)).toBe(0);
  });
});

describe('a turn of the event loop', () => {
  it('is known to be long while it is, and forgotten when nobody has asked for a while', async () => {
    const turn = watchTurns();
    for (let count = 0; count < 30; count += 1) {
      turn();
      const until = performance.now() + 20;
      while (performance.now() < until);
      await turnOfLoop();
    }
    expect(turn()).toBeGreaterThan(15);
    await pause(1100);
    expect(turn()).toBe(0);
  });
});
