import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../tests/database/test-app.ts';
import { jpegWithPlace } from '../../tests/world/photos.ts';
import { at, dropDatabases, emptyDatabase, hashesOf } from './factory.ts';

let t: TestApp;
let folder: string;

const filesOf = async (dataDir: string) =>
  (await readdir(join(dataDir, 'files'), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .toSorted();

beforeAll(async () => {
  t = await testApp();
  folder = await mkdtemp(join(tmpdir(), 'smart-union-backup-'));
  const file = await t.upload('zhao', 'emoji 😀 "quoted".jpg', await jpegWithPlace());
  const draft = await t.as('zhao').cases.open({ body: { itemCode: 'hospital-consolation' } });
  await t.as('zhao').cases.saveAnswers({
    params: { id: draft.id },
    body: {
      answers: { receipts: [file], hospital: '反斜杠\\t 与\n换行\t医院', diagnosis: '肺炎' },
      version: draft.version,
    },
  });
});

afterAll(async () => {
  await t.close();
  await dropDatabases();
  await rm(folder, { recursive: true, force: true });
});

it('restores into another database, row for row and file for file', async () => {
  const backup = join(folder, 'whole');
  const said = await at(t.url, t.dataDir)('backup', backup);
  expect(said).toMatchObject({ code: 0, err: '' });
  expect(said.out).toContain('备份核验通过');
  const names = await readdir(backup);
  expect(names).toContain('fed_test.member.sealed');
  expect(names.some((name) => name.startsWith('keys'))).toBe(false);
  const url = await emptyDatabase();
  const dataDir = join(folder, 'other');
  const restored = await at(url, dataDir)('restore', backup);
  expect(restored).toMatchObject({ code: 0, err: '' });
  expect(restored.out).toContain('审计记录完整');
  const [before, after] = [await hashesOf(t.url), await hashesOf(url)];
  expect(Object.keys(before).length).toBeGreaterThan(30);
  // That it was made is known only when it is made: the copy lacks its own record, and the operator's page has it.
  expect(after).toEqual({ ...before, 'platform.backup': after['platform.backup'] });
  const { backups } = await t.as('admin').system.overview();
  expect(backups).toEqual([
    {
      finishedAt: expect.any(String),
      sizeBytes: expect.any(Number),
      rows: expect.any(Number),
      files: (await filesOf(t.dataDir)).length,
      withKeys: false,
      verifiedAt: expect.any(String),
    },
  ]);
  expect(backups[0]!.sizeBytes).toBeGreaterThan(10_000);
  expect(backups[0]!.rows).toBeGreaterThan(100);
  expect(await filesOf(dataDir)).toEqual(await filesOf(t.dataDir));
  expect((await filesOf(dataDir)).length).toBeGreaterThan(0);
  // Identities go on where they stopped, and the application's role may work.
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query("set role smart_union_app; set search_path to fed_test; set app.scope to 'f'");
  const next = await client.query(
    `insert into rollup_delta (union_path, metric, period, amount) values ('f', 'members', '', 1) returning id`,
  );
  const last = await client.query('select max(id) as id from rollup_delta where id <> $1', [next.rows[0].id]);
  expect(next.rows[0].id).toBeGreaterThan(last.rows[0].id ?? 0);
  await expect(client.query('delete from audit_event')).rejects.toThrow(/permission denied/);
  await client.end();
  expect(await at(url, dataDir)('audit', 'verify')).toMatchObject({ code: 0 });
});

it('refuses a database that holds a federation unless told to replace it', async () => {
  const backup = join(folder, 'again');
  await at(t.url, t.dataDir)('backup', backup, '--unverified');
  const url = await emptyDatabase();
  const dataDir = join(folder, 'replaced');
  await at(url, dataDir)('restore', backup);
  const refused = await at(url, dataDir)('restore', backup);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('--force');
  expect(await at(url, dataDir)('restore', backup, '--force')).toMatchObject({ code: 0 });
  expect((await readdir(dataDir)).some((name) => name.startsWith('files-before-'))).toBe(true);
});

it('keeps the keys out unless asked, and refuses a machine with others', async () => {
  const backup = join(folder, 'sealed');
  const passphrase = { BACKUP_PASSPHRASE: 'a passphrase of some length', BACKUP_KEY: undefined };
  await at(t.url, t.dataDir, passphrase)('backup', backup);
  const url = await emptyDatabase();
  const other = { PII_KEYS: `1:${'3e'.repeat(32)}` };
  const refused = await at(url, join(folder, 'alien'), { ...passphrase, ...other })('restore', backup);
  expect(refused.code).toBe(1);
  expect(refused.err).toContain('keys/ring.json');
  expect(await at(url, join(folder, 'own'), passphrase)('restore', backup)).toMatchObject({ code: 0 });
  const started = await at(url, join(folder, 'alien'), other)('federation', 'list');
  expect(started.code).toBe(1);
  expect(started.err).toContain('另一套密钥');
  expect((await at(url, join(folder, 'own'))('federation', 'list')).out).toContain('泰州市总工会');
  const inEnvironment = await at(t.url, t.dataDir)('backup', join(folder, 'keys'), '--with-keys');
  expect(inEnvironment).toMatchObject({ code: 1 });
  expect(existsSync(join(folder, 'keys'))).toBe(false);
});

it('brings the keys along when asked', async () => {
  const url = await emptyDatabase();
  const ownKeys = { PII_KEYS: undefined };
  const first = join(folder, 'first');
  expect(await at(url, first, ownKeys)('federation', 'create', 'demo', '示例区总工会')).toMatchObject({
    code: 0,
  });
  expect(await at(url, first, ownKeys)('seed', '--unions', '5', '--members', '40')).toMatchObject({
    code: 0,
  });
  expect(await at(url, first, ownKeys)('backup', join(folder, 'with'), '--with-keys')).toMatchObject({
    code: 0,
  });
  const second = join(folder, 'second');
  const target = await emptyDatabase();
  expect(await at(target, second, ownKeys)('restore', join(folder, 'with'))).toMatchObject({ code: 0 });
  expect(await readFile(join(second, 'keys/ring.json'))).toEqual(
    await readFile(join(first, 'keys/ring.json')),
  );
  expect(await at(target, second, ownKeys)('reconcile')).toMatchObject({ code: 0 });
});
