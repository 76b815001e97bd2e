import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../tests/database/test-app.ts';
import { at, dropDatabases, emptyDatabase, hashesOf } from './factory.ts';

let t: TestApp;
let folder: string;
let sound: string;
let target: string;
beforeAll(async () => {
  t = await testApp();
  folder = await mkdtemp(join(tmpdir(), 'smart-union-damaged-'));
  sound = join(folder, 'sound');
  target = await emptyDatabase();
  expect(await at(t.url, t.dataDir)('backup', sound, '--unverified')).toMatchObject({ code: 0 });
});
afterAll(async () => {
  await t.close();
  await dropDatabases();
  await rm(folder, { recursive: true, force: true });
});

const nowhere = () => join(folder, 'nothing');
const restore = (backup: string, env: NodeJS.ProcessEnv = {}) =>
  at(target, nowhere(), env)('restore', backup);

async function damaged(change: (copy: string) => Promise<void>): Promise<string> {
  const copy = join(folder, `damaged-${randomBytes(4).toString('hex')}`);
  await cp(sound, copy, { recursive: true });
  await change(copy);
  return copy;
}

async function flip(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = Math.floor(Math.random() * bytes.length);
  bytes[at] = bytes[at]! ^ (1 << Math.floor(Math.random() * 8));
  await writeFile(path, bytes);
}
const cut = async (path: string) => truncate(path, (await readFile(path)).length - 1);

describe('a damaged backup is refused before anything is touched', () => {
  /** Refused in both languages, naming the part, with neither a data folder made nor a table. */
  async function expectRefused(backup: string, part: string): Promise<void> {
    const said = await restore(backup);
    expect(said.code, part).toBe(1);
    expect(said.err, part).toContain(part);
    expect(said.err, part).toMatch(/没有恢复|没有备份/);
    expect(existsSync(nowhere()), part).toBe(false);
  }
  const partOf = (name: string) => name.replace(/\.sealed$/, '');

  it.each([
    ['a flipped bit', flip],
    ['its last byte cut off', cut],
    ['nothing left of it', (path: string) => truncate(path, 0)],
    ['a file taken away', (path: string) => rm(path)],
  ] as const)('with %s, whichever file it is', async (_what, change) => {
    const names = await readdir(sound);
    expect(names.length).toBeGreaterThan(30);
    for (const name of names)
      await expectRefused(await damaged((copy) => change(join(copy, name))), partOf(name));
    expect(await hashesOf(target)).toEqual({});
  });

  it('with two parts exchanged, the manifest or a part of another backup, or an edited manifest', async () => {
    const later = join(folder, 'later');
    expect(await at(t.url, t.dataDir)('backup', later, '--unverified')).toMatchObject({ code: 0 });
    const [one, other] = ['fed_test.member.sealed', 'fed_test.case.sealed'];
    const exchanged = await damaged(async (copy) => {
      await rename(join(copy, one), join(copy, 'x'));
      await rename(join(copy, other), join(copy, one));
      await rename(join(copy, 'x'), join(copy, other));
    });
    // The first in the order of the references.
    await expectRefused(exchanged, 'fed_test.');
    const foreign = (name: string) => damaged((copy) => cp(join(later, name), join(copy, name)));
    await expectRefused(await foreign('manifest.json'), 'platform.');
    await expectRefused(await foreign(one), 'fed_test.member');
    const edited = await damaged(async (copy) => {
      const path = join(copy, 'manifest.json');
      await writeFile(path, (await readFile(path, 'utf8')).replace('"rows": 0', '"rows": 1'));
    });
    await expectRefused(edited, 'manifest.json');
    expect(await hashesOf(target)).toEqual({});
  });

  it('with another key, or a passphrase for it', async () => {
    const otherKey = await restore(sound, { BACKUP_KEY: 'cd'.repeat(32) });
    expect(otherKey).toMatchObject({ code: 1 });
    expect(otherKey.err).toContain('口令或密钥不对');
    const passphrase = { BACKUP_KEY: undefined, BACKUP_PASSPHRASE: 'a passphrase of some length' };
    expect((await restore(sound, passphrase)).err).toContain('BACKUP_KEY');
    expect(existsSync(nowhere())).toBe(false);
    expect(await hashesOf(target)).toEqual({});
  });
});

describe('backup verify', () => {
  const verifiedAt = async () => (await t.as('admin').system.overview()).backups[0]!.verifiedAt;
  const scratches = async () => {
    const client = new pg.Client({ connectionString: t.url });
    await client.connect();
    const found = await client.query("select datname from pg_database where datname like 'su\\_verify\\_%'");
    await client.end();
    return found.rows;
  };

  it('restores into a database beside, marks the record, and leaves nothing behind', async () => {
    const backup = join(folder, 'to-verify');
    expect(await at(t.url, t.dataDir)('backup', backup, '--unverified')).toMatchObject({ code: 0 });
    expect(await verifiedAt()).toBeNull();
    const before = await hashesOf(t.url);
    const said = await at(t.url, t.dataDir)('backup', 'verify', backup);
    expect(said).toMatchObject({ code: 0, err: '' });
    expect(said.out).toMatch(/审计记录完整（\d+ 行），资金账与流水一致，抽查的 [1-9]\d* 个加密值都能打开/);
    expect(await verifiedAt()).toEqual(expect.any(String));
    const after = await hashesOf(t.url);
    expect(after).toEqual({ ...before, 'platform.backup': after['platform.backup'] });
    expect(await scratches()).toEqual([]);
  });

  it('refuses what is sealed rightly but does not restore: rows that break a rule, or other keys under the same number', async () => {
    const url = await emptyDatabase();
    const dataDir = join(folder, 'broken');
    expect(await at(url, dataDir)('restore', sound)).toMatchObject({ code: 0 });
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    // A row somebody took out of the audit log: the copy is exact, and the chain is broken in it as well.
    await client.query(
      'delete from fed_test.audit_event where (lane, sequence) in (select lane, sequence from fed_test.audit_event order by sequence limit 1)',
    );
    await client.end();
    const backup = join(folder, 'of-broken');
    const said = await at(url, dataDir)('backup', backup);
    expect(said.code).toBe(1);
    expect(said.err).toMatch(/审计记录在 .* 处断开/);
    const page = new pg.Client({ connectionString: url });
    await page.connect();
    const noted = await page.query(
      'select verified_at from platform.backup order by finished_at desc limit 1',
    );
    await page.end();
    expect(noted.rows).toEqual([{ verified_at: null }]);
    const index = `index:${'7c'.repeat(32)}`;
    const otherKeys = await at(t.url, t.dataDir, { PII_KEYS: `1:${'5a'.repeat(32)},${index}` })(
      'backup',
      'verify',
      sound,
    );
    expect(otherKeys.code).toBe(1);
    expect(otherKeys.err).toContain('does not open values sealed with key 1');
    expect(await scratches()).toEqual([]);
  });
});

describe('a backup older than a retired key', () => {
  const index = `index:${'7c'.repeat(32)}`;
  const [old, next] = [`1:${'7c'.repeat(32)}`, `2:${'9b'.repeat(32)}`];
  it('is refused where that key is gone, and restored where it is still kept', async () => {
    const gone = await restore(sound, { PII_KEYS: `${next},${index}` });
    expect(gone.code).toBe(1);
    expect(gone.err).toContain('第 1 版密钥加密，这一版已从本机的密钥环销毁');
    expect(gone.err).toContain('This backup is older than a retired key');
    expect(existsSync(nowhere())).toBe(false);
    expect(await hashesOf(target)).toEqual({});
    const url = await emptyDatabase();
    const kept = await at(url, join(folder, 'kept'), { PII_KEYS: `${next},${old},${index}` })(
      'restore',
      sound,
    );
    expect(kept).toMatchObject({ code: 0 });
  });
});
