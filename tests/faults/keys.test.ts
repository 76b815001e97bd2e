import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { runCommand } from '../../server/commands/run-command.ts';
import { sealedTables } from '../../server/commands/keys/sealed-columns.ts';
import { compose, type Server } from '../../server/compose.ts';
import { listFederations } from '../../server/kernel/app.ts';
import { readConfig } from '../../server/kernel/config.ts';
import { inSystemContext, type Ctx } from '../../server/kernel/context.ts';
import { openPii, suiteOf, versionOf } from '../../server/kernel/pii.ts';
import { databaseUrl, root } from '../database/template.ts';
import { buildServer, freshName, removeFolder, temporaryFolder } from './stage.ts';

const members = 3000;
const phoneOf = (index: number) => `1990000${String(index).padStart(4, '0')}`;

let folder: string;
let env: Record<string, string>;
let server: Server;
let admin: pg.Client;
const name = freshName();
const pictures: { storedAs: string; text: string }[] = [];

beforeAll(async () => {
  buildServer();
  folder = await temporaryFolder();
  const { adminUrl } = inject('template');
  admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(
    `create database ${name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
  );
  env = { DATABASE_URL: databaseUrl(adminUrl, name), DATA_DIR: folder, DEMO: '1', LOG_LEVEL: 'silent' };
  expect(await run('federation', 'create', 'hailing', '泰州市海陵区总工会')).toMatchObject({ code: 0 });
  expect(await run('seed', '--unions', '20', '--members', String(members))).toMatchObject({ code: 0 });
  server = await compose({ config: readConfig(env), databaseUrl: env.DATABASE_URL!, root });
  for (let index = 0; index < 12; index += 1) {
    const text = `票据 ${index} ${'x'.repeat(index * 50_000)}`;
    pictures.push({ storedAs: (await server.platform.files.put(Buffer.from(text))).storedAs, text });
  }
});
afterAll(async () => {
  await server?.close();
  await admin?.query(`drop database if exists ${name} with (force)`);
  await admin?.end();
  await removeFolder(folder);
});

async function run(...args: string[]) {
  const said = { out: '', err: '' };
  const terminal = {
    out: (text: string) => void (said.out += text),
    err: (text: string) => void (said.err += text),
    isTty: false,
    root,
    env,
  };
  const code = await runCommand(args, terminal);
  return { code, ...said };
}

/** The command in a process of its own. */
function start(...args: string[]) {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [join(root, 'server/dist/cli.js'), ...args], {
    env: { PATH, HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'exit').then(([code]) => ({ code: code as number | null, output }));
  return { child, ended };
}

const db = async <T>(work: (ctx: Ctx) => Promise<T>) =>
  inSystemContext(server.platform, (await listFederations(server.platform))[0]!, '测试', work);

const rows = () =>
  db((ctx) =>
    ctx.db
      .selectFrom('member')
      .select(['id', 'id_number_sealed', 'id_number_index', 'phone_sealed', 'phone_index'])
      .orderBy('member_number')
      .execute(),
  );

/** Opens everything with the keys on disk and compares each with its blind index: it is the right value, too. */
async function openAll(pii = openPii(readConfig(env))) {
  const all = await rows();
  expect(all).toHaveLength(members);
  for (const row of all) {
    const place = (column: string) => ({ table: 'member', column, row: row.id });
    const id = pii.unseal(place('id_number_sealed'), row.id_number_sealed);
    const phone = pii.unseal(place('phone_sealed'), row.phone_sealed!);
    expect(pii.blindIndex('id-number', id).equals(row.id_number_index)).toBe(true);
    expect(pii.blindIndex('phone', phone).equals(row.phone_index!)).toBe(true);
  }
  for (const { storedAs, text } of pictures)
    expect((await server.platform.files.read(storedAs)).equals(Buffer.from(text))).toBe(true);
}

async function versions(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const row of await rows())
    for (const sealed of [row.id_number_sealed, row.phone_sealed!]) {
      const key = `${suiteOf(sealed[0]!)} ${versionOf(sealed[0]!)}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
  return counts;
}

/** Reads and writes as the server does until told to stop; every value read must open at every moment. */
async function people(stop: AbortSignal): Promise<{ reads: number; writes: number }> {
  const { pii } = server.platform;
  const ids = (await rows()).map(({ id }) => id);
  let [reads, writes] = [0, 0];
  while (!stop.aborted) {
    const id = ids[Math.floor(Math.random() * ids.length)]!;
    const place = { table: 'member', column: 'phone_sealed', row: id };
    await db(async (ctx) => {
      const found = await ctx.db
        .selectFrom('member')
        .select(['phone_sealed', 'phone_index'])
        .where('id', '=', id)
        .forUpdate()
        .executeTakeFirstOrThrow();
      const phone = pii.unseal(place, found.phone_sealed!);
      expect(pii.blindIndex('phone', phone).equals(found.phone_index!)).toBe(true);
      reads += 1;
      if (reads % 3 > 0) return;
      const next = phoneOf(Math.floor(Math.random() * 10_000));
      await ctx.db
        .updateTable('member')
        .set({ phone_sealed: pii.seal(place, next), phone_index: pii.blindIndex('phone', next) })
        .where('id', '=', id)
        .execute();
      writes += 1;
    });
  }
  return { reads, writes };
}

it('knows every sealed column there is', async () => {
  const client = new pg.Client({ connectionString: env.DATABASE_URL });
  await client.connect();
  const found = await client.query<{ name: string }>(
    `select table_name || '.' || column_name as name from information_schema.columns
     where table_schema = 'fed_hailing' and column_name like '%\\_sealed' order by 1`,
  );
  await client.end();
  const known = sealedTables.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`));
  expect(known.toSorted()).toEqual(found.rows.map((row) => row.name).toSorted());
});

it('changes the key under people at work, survives SIGKILL, and lets the old key be destroyed', async () => {
  const done = new AbortController();
  const atWork = Promise.all([people(done.signal), people(done.signal), people(done.signal)]);
  const killed = start('keys', 'rotate', '--rate', '600');
  let half: Record<string, number> = {};
  for (const until = Date.now() + 40_000; Date.now() < until; await sleep(100)) {
    half = await versions();
    if ((half['aes-256-gcm 2'] ?? 0) > 800) break;
  }
  killed.child.kill('SIGKILL');
  expect((await killed.ended).code).toBe(null);
  expect(half['aes-256-gcm 1']).toBeGreaterThan(500);
  expect(half['aes-256-gcm 2']).toBeGreaterThan(800);
  await openAll();
  expect((await run('keys', 'retire', '2')).err).toContain('正在使用');
  expect((await run('keys', 'retire', '1')).code).toBe(1);

  const resumed = await start('keys', 'rotate', '--rate', '20000').ended;
  expect(resumed.output).toContain('第 2 版）还没有做完，现在继续');
  expect(resumed.code).toBe(0);
  expect(await versions()).toEqual({ 'aes-256-gcm 2': 2 * members });
  done.abort();
  const [first] = await atWork;
  expect(first.reads).toBeGreaterThan(20);
  expect(first.writes).toBeGreaterThan(5);

  const early = await run('keys', 'retire', '1');
  expect(early.err).toContain('不满一小时');
  const path = join(folder, 'keys/ring.json');
  const ring = JSON.parse(await readFile(path, 'utf8')) as { keys: { version: number; madeAt?: string }[] };
  ring.keys.find(({ version }) => version === 2)!.madeAt = new Date(Date.now() - 3_700_000).toISOString();
  await writeFile(path, JSON.stringify(ring));
  expect(await run('keys', 'retire', '1')).toMatchObject({ code: 0 });
  const left = JSON.parse(await readFile(path, 'utf8')) as typeof ring;
  expect(left.keys.map(({ version }) => version)).toEqual([2]);
  await openAll();
  await sleep(1100);
  await openAll(server.platform.pii);
  const status = await run('keys', 'status');
  expect(status.out).toContain('现在用第 2 版密钥');
  expect(status.out).toContain(
    `hailing\tmember.id_number_sealed\taes-256-gcm\t${members.toLocaleString('en')}`,
  );
  expect(status.out).not.toContain('第 1 版');
  expect(await run('audit', 'verify')).toMatchObject({ code: 0 });
});

it('refuses to destroy a key that anything is sealed with', async () => {
  const before = await rows();
  const rotated = await run('keys', 'rotate');
  expect(rotated).toMatchObject({ code: 0 });
  const path = join(folder, 'keys/ring.json');
  const ring = JSON.parse(await readFile(path, 'utf8')) as { keys: { version: number; madeAt?: string }[] };
  for (const key of ring.keys) delete key.madeAt;
  await writeFile(path, JSON.stringify(ring));
  const { id, id_number_sealed } = before[7]!;
  await db((ctx) => ctx.db.updateTable('member').set({ id_number_sealed }).where('id', '=', id).execute());
  const refused = await run('keys', 'retire', '2');
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('member.id_number_sealed 1 项');
  expect(await run('keys', 'reseal')).toMatchObject({ code: 0 });
  expect(await run('keys', 'retire', '2')).toMatchObject({ code: 0 });
  await openAll();
});

it('changes over to SM4 and back, and tells of a value no key opens', async () => {
  env.PII_SUITE = 'sm4-cbc-hmac-sm3';
  expect(await run('keys', 'reseal')).toMatchObject({ code: 0 });
  expect(await versions()).toEqual({ 'sm4-cbc-hmac-sm3 3': 2 * members });
  await openAll();
  delete env.PII_SUITE;
  const [one, other] = await rows();
  const swapped = (row: string, value: typeof one) =>
    db((ctx) =>
      ctx.db
        .updateTable('member')
        .set({ id_number_sealed: value!.id_number_sealed })
        .where('id', '=', row)
        .execute(),
    );
  await swapped(one!.id, other);
  const partly = await run('keys', 'reseal');
  expect(partly.code).toBe(1);
  expect(partly.err).toContain('有 1 个值、0 个文件');
  await swapped(one!.id, one);
  expect(await run('keys', 'reseal')).toMatchObject({ code: 0 });
  expect(await versions()).toEqual({ 'aes-256-gcm 3': 2 * members });
  await openAll();
});
