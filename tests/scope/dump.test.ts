import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { at, dropDatabases } from '../../server/commands/factory.ts';
import { readSheets } from '../../server/kernel/sheets/read.ts';
import { madeUpIdNumber } from '../../server/modules/members/factory.ts';
import { importUnionsFile } from '../../server/modules/unions/index.ts';
import { effort } from '../input/effort.ts';
import { keepLogs } from './keep-logs.ts';
import { comeToRest } from './rest.ts';
import { buildScene, type Scene } from './scene.ts';

const rosterFile = (name: string) =>
  fileURLToPath(new URL(`../data/roster-hailing/${name}`, import.meta.url));

let scene: Scene;
let logs = '';

/** Every ID number, phone and card that has been given to the server in this file. */
const secrets = new Set<string>();

/** Besides the roster in tests/data: none in `npm test`, 100,000 in `npm test -- dump`. */
const more = effort > 1 ? 4000 * effort : 0;
const perFile = 20_000;

/** Where the write-ahead log stood when the first secret came. */
let walBefore = '';

beforeAll(async () => {
  scene = await buildScene({ logLevel: 'trace' }, (t) => keepLogs(t, (text) => (logs += text)));
  const { t } = scene;
  walBefore = await asOwner(async (client) => {
    const { rows } = await client.query('select pg_walfile_name(pg_current_wal_lsn()) as name');
    return (rows[0] as { name: string }).name;
  });
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
  for (let from = 0; from < more; from += perFile) await enrol(from, Math.min(more, from + perFile));
  await misuse();
});
afterAll(() => scene?.t.close());

/** A roster of people made up, as a list of text, previewed and committed like any other. */
async function enrol(from: number, to: number): Promise<void> {
  const rows = ['姓名,证件号码,手机号码,所属工会,入会日期'];
  for (let number = from; number < to; number += 1) {
    const idNumber = madeUpIdNumber(1_000_000 + number);
    const phone = String(15_000_000_000 + number);
    secrets.add(idNumber).add(phone);
    rows.push(`众人,${idNumber},${phone},${scene.t.world.unions.couriers.name},2026-01-01`);
  }
  const registrar = scene.t.as('registrar').memberImports;
  const raw = Buffer.from(rows.join('\n'));
  const { id } = await registrar.preview({ query: { fileName: 'many.csv' } }, { raw });
  // So many are read, and then saved, by jobs.
  await comeToRest(scene.t);
  const read = await registrar.get({ params: { id } });
  expect(read).toMatchObject({ status: 'previewed', counts: { added: to - from, reject: 0 } });
  await registrar.commit({ params: { id } });
  await comeToRest(scene.t);
  expect(await registrar.get({ params: { id } })).toMatchObject({ status: 'committed' });
}

async function asOwner<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: scene.t.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Everything the server says is kept and searched like the rest, instead of being printed. */
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
    Buffer.from(secret).toString('hex').toUpperCase(),
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
  // 6222 0212 3456 and 139-5116-0001 are the same number.
  const joined = haystack.replace(/(?<=\d)[ .-](?=\d)/g, '');
  for (const text of joined === haystack ? [haystack] : [haystack, joined]) findRuns(text, byLength, found);
  return [...found];
}

function findRuns(haystack: string, byLength: Map<number, Set<string>>, found: Set<string>): void {
  for (const run of haystack.matchAll(/[0-9A-Za-z+/%]{11,}/g)) {
    const text = run[0];
    for (const [length, set] of byLength) {
      for (let at = 0; at + length <= text.length; at += 1) {
        const window = text.slice(at, at + length);
        if (set.has(window)) found.add(window);
      }
    }
  }
}

/** The same in bytes: as text of one byte a letter and of two, from an even and from an odd place. */
const findInBytes = (bytes: Buffer): string[] => [
  ...findIn(bytes.toString('latin1')),
  ...findIn(bytes.toString('utf16le')),
  ...findIn(bytes.subarray(1).toString('utf16le')),
];

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
  for (const [gap, size] of [
    [' ', 4],
    ['-', 4],
    [' ', 3],
  ] as const) {
    const parted = secret!.replace(new RegExp(`(.{${size}})(?=.)`, 'g'), `$1${gap}`);
    expect([parted, findIn(parted).length > 0]).toEqual([parted, true]);
  }
  for (const wide of [
    Buffer.from(secret!, 'utf16le'),
    Buffer.from(`x\u0000${secret}`, 'utf16le').subarray(1),
  ])
    expect(findInBytes(wide).length).toBeGreaterThan(0);
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
    hits.push(...[...findInBytes(bytes), ...findIn(path)].map((hit) => `${path}: ${hit}`));
  }
  expect(hits).toEqual([]);
});

it('keeps none in the write-ahead log, where every row goes before it goes into its table', async () => {
  const hits: string[] = [];
  let segments = 0;
  let legible = false;
  await asOwner(async (client) => {
    const { rows } = await client.query(
      `select name from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$' and name >= $1
        and name <= pg_walfile_name(pg_current_wal_lsn()) order by 1`,
      [walBefore],
    );
    for (const { name } of rows as { name: string }[]) {
      // A segment may be used anew while others are read; what it held is then in none of our hands either.
      const read = await client.query(`select pg_read_binary_file('pg_wal/' || $1, 0, 16777216, true) as bytes`, [name]); // prettier-ignore
      const { bytes } = read.rows[0] as { bytes: Buffer | null };
      if (bytes === null) continue;
      segments += 1;
      legible ||= bytes.includes('members.xlsx');
      hits.push(...findInBytes(bytes).map((hit) => `${name}: ${hit}`));
    }
  });
  expect(hits).toEqual([]);
  expect(segments).toBeGreaterThan(0);
  // What is no secret stands there for all to read, so a number would as well.
  expect(legible).toBe(true);
});

it('keeps none in a backup, which travels furthest', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'smart-union-dump-'));
  try {
    const made = await at(scene.t.url, scene.t.dataDir)('backup', join(folder, 'backup'));
    expect(made).toMatchObject({ code: 0 });
    const paths = await filesBelow(folder);
    expect(paths.length).toBeGreaterThan(30);
    const hits: string[] = [];
    for (const path of paths) hits.push(...findInBytes(await readFile(path)), ...findIn(path));
    expect(hits).toEqual([]);
    expect(findIn(made.out)).toEqual([]);
  } finally {
    await dropDatabases();
    await rm(folder, { recursive: true, force: true });
  }
});

it('keeps none in what the server has logged', () => {
  expect(logs.split('\n').length).toBeGreaterThan(60);
  expect(logs).toContain('"fault"');
  expect(findIn(logs)).toEqual([]);
  expect(logs).not.toContain('肺炎');
});
