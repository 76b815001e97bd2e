import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readSheets } from '../../server/kernel/sheets/read.ts';
import { importUnionsFile } from '../../server/modules/unions/index.ts';
import type { TestApp } from '../database/test-app.ts';
import { buildScene, type Scene } from './scene.ts';

const rosterFile = (name: string) =>
  fileURLToPath(new URL(`../data/roster-hailing/${name}`, import.meta.url));

let scene: Scene;
let logs = '';

/** Every ID number, phone and card that has been given to the server in this file. */
const secrets = new Set<string>();

beforeAll(async () => {
  scene = await buildScene({ logLevel: 'trace' }, keepLogs);
  const { t } = scene;
  await t.db((ctx) => importUnionsFile(ctx, rosterFile('unions.xlsx')));
  const bytes = await readFile(rosterFile('members.xlsx'));
  const run = await t
    .as('registrar')
    .memberImports.preview({ query: { fileName: 'members.xlsx' } }, { raw: bytes });
  await t.as('registrar').memberImports.commit({ params: { id: run.id } });
  await t.as('registrar').memberImports.refused({ params: { id: run.id } });
  const { sheets } = await readSheets({ bytes });
  for (const cell of sheets.flatMap((sheet) => sheet.rows).flatMap((row) => row.texts)) {
    const plain = cell.normalize('NFKC').replace(/[\s-]/g, '').toUpperCase();
    if (/^(\d{17}[\dX]|1[3-9]\d{9}|\d{16}|\d{19})$/.test(plain)) secrets.add(plain);
  }
  for (const member of Object.values(t.world.members)) secrets.add(member.idNumber).add(member.phone);
  secrets.add('6222021234567890128').add('6225880137245917');
  secrets.delete('');
  await misuse();
});
afterAll(() => scene?.t.close());

/** Everything the server says is kept and searched like the rest, instead of being printed. */
function keepLogs(t: TestApp): void {
  const { log } = t.server.app;
  const stream = Object.getOwnPropertySymbols(log).find((symbol) => symbol.description === 'pino.stream')!;
  (log as unknown as Record<symbol, { write(text: string): void }>)[stream]!.write = (text) => {
    logs += text;
  };
}

/** Numbers where they do not belong: in searches, addresses, wrong bodies and a fault, all of which are logged. */
async function misuse(): Promise<void> {
  const { t } = scene;
  const { idNumber, phone } = t.world.members.chen;
  for (const q of [idNumber, phone]) {
    await t.call('auditor', { method: 'GET', url: `/api/v1/members?q=${q}` });
    await t.call('approver', { method: 'GET', url: `/api/v1/cases?view=all&q=${q}` });
    await t.call('auditor', { method: 'GET', url: `/api/v1/members/${q}` });
    await t.call('auditor', { method: 'GET', url: `/api/v1/audit/events?q=${q}` });
  }
  await t.call(null, {
    method: 'POST',
    url: '/api/v1/session/member',
    payload: { phone, code: '123456' },
    headers: { 'idempotency-key': 'x' },
  });
  await t.as(null).accounts.requestCode({ body: { phone } });
  await t.as('approver').members.disclose({
    params: { id: t.world.members.chen.id },
    body: { fields: ['idNumber', 'phone', 'bankCard'], reason: '核对申请材料' },
  });
  await t.as('payer').disbursements.batchFile({ params: { id: scene.near.returnedBatch } });
  // A fault in the middle of writing a card: what PostgreSQL says of it is logged.
  const owner = new pg.Client({ connectionString: t.url });
  await owner.connect();
  await owner.query(`alter table ${t.federation.schema}.audit_event rename to away`);
  const broken = await t.call('chen', {
    method: 'PUT',
    url: '/api/v1/me/bank-card',
    payload: { number: '6225880137245917' },
  });
  // Refused whole: nothing is done that the log cannot tell of.
  expect(broken.status).toBe(503);
  await owner.query(`alter table ${t.federation.schema}.away rename to audit_event`);
  await owner.end();
}

/** A number in the dresses in which it could hide: as it is, reversed, in hex, url and in base64 at each alignment. */
function dresses(secret: string): string[] {
  const base64 = [0, 1, 2].map((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift, 1), Buffer.from(secret)]).toString('base64');
    // The letters that depend on what stands before and after are left out.
    return whole.slice(shift === 0 ? 0 : shift + 1, whole.length - 4).replace(/=+$/, '');
  });
  return [
    secret,
    [...secret].toReversed().join(''),
    Buffer.from(secret).toString('hex'),
    [...secret].map((digit) => `%${digit.charCodeAt(0).toString(16)}`).join(''),
    ...base64,
  ];
}

let needles: string[] | null = null;

/** Every window of a text that could be a dress of any secret, looked up in a set: one pass whatever the number. */
function findIn(haystack: string): string[] {
  needles ??= [...new Set([...secrets].flatMap(dresses))];
  const byLength = new Map<number, Set<string>>();
  for (const needle of needles) {
    const known = byLength.get(needle.length) ?? new Set<string>();
    byLength.set(needle.length, known.add(needle));
  }
  const found = new Set<string>();
  for (const run of haystack.matchAll(/[0-9A-Za-z+/%]{11,}/g)) {
    const text = run[0];
    for (const [length, set] of byLength) {
      for (let at = 0; at + length <= text.length; at += 1) {
        const window = text.slice(at, at + length);
        if (set.has(window)) found.add(window);
      }
    }
  }
  return [...found];
}

async function filesBelow(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  const paths = names.map((name) => join(folder, name));
  const kinds = await Promise.all(paths.map(async (path) => (await stat(path)).isFile()));
  return paths.filter((_, index) => kinds[index]);
}

it('knows what to look for, and would find it in every dress', () => {
  expect(secrets.size).toBeGreaterThan(3000);
  const [secret] = [...secrets];
  for (const dress of dresses(secret!))
    expect([dress, findIn(`x "${dress}" y`).length > 0]).toEqual([dress, true]);
  for (const before of ['a', 'ab', 'abc']) {
    const packed = Buffer.from(`${before}${secret}zz`).toString('base64');
    expect([packed, findIn(packed).length > 0]).toEqual([packed, true]);
  }
  expect(findIn('nothing here 2026-11-24 and a masked 3212**********7215')).toEqual([]);
});

it('keeps no ID number, phone or card in any table, as the database would be copied out', async () => {
  const client = new pg.Client({ connectionString: scene.t.url });
  await client.connect();
  const tables = await client.query(`
    select schemaname || '."' || tablename || '"' as name from pg_tables
    where schemaname not in ('pg_catalog', 'information_schema')`);
  expect(tables.rows.length).toBeGreaterThan(30);
  const hits: string[] = [];
  let rows = 0;
  for (const { name } of tables.rows as { name: string }[]) {
    // As COPY writes it: bytes in hex, JSON and arrays as text.
    const dump = await client.query({ text: `select t::text as row from ${name} t`, rowMode: 'array' });
    rows += dump.rows.length;
    const text = (dump.rows as string[][]).map((row) => row[0]).join('\n');
    const bytes = [...text.matchAll(/\\\\?x([0-9a-f]{20,})/g)].map((hex) =>
      Buffer.from(hex[1]!, 'hex').toString('latin1'),
    );
    hits.push(...[...findIn(text), ...findIn(bytes.join('\n'))].map((hit) => `${name}: ${hit}`));
  }
  await client.end();
  expect(hits).toEqual([]);
  expect(rows).toBeGreaterThan(5000);
});

it('keeps none in the files of the data folder, nor in their names', async () => {
  const paths = await filesBelow(scene.t.dataDir);
  expect(paths.length).toBeGreaterThan(10);
  const hits: string[] = [];
  for (const path of paths) {
    const bytes = await readFile(path);
    for (const text of [bytes.toString('latin1'), bytes.toString('utf16le'), path])
      hits.push(...findIn(text).map((hit) => `${path}: ${hit}`));
  }
  expect(hits).toEqual([]);
});

it('keeps none in what the server has logged', () => {
  expect(logs.split('\n').length).toBeGreaterThan(60);
  expect(logs).toContain('"fault"');
  expect(findIn(logs)).toEqual([]);
  expect(logs).not.toContain('肺炎');
});
