import { existsSync, readdirSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type pg from 'pg';
import { migrateAll } from '../federations.ts';
import type { Config } from '../kernel/config.ts';
import { piiOf } from '../kernel/pii.ts';
import { ringPath } from '../kernel/pii/key-ring.ts';
import { requireSameKeys } from '../kernel/pii/same-keys.ts';
import { readSecret } from './archive/backup-key.ts';
import { fillSchemas, proveBooks } from './archive/fill.ts';
import { findFittingRing, type FittingRing } from './archive/fitting-ring.ts';
import { readManifest, type Manifest } from './archive/manifest.ts';
import { readPart } from './archive/sealed-part.ts';
import { storedFolders, unpackFiles } from './archive/stored-files.ts';
import { Refusal, type Command, type Terminal } from './command.ts';
import { verifyParts } from './archive/verify-parts.ts';
import { configOf, migrationsOf, withDatabase, withOwner } from './workplace.ts';

interface Work {
  terminal: Terminal;
  config: Config;
  folder: string;
  manifest: Manifest;
  key: Buffer;
  ring: FittingRing;
  force: boolean;
}

/** Puts the ring of the backup in place where this machine has none that fits. One that stood there is kept beside. */
async function placeRing({ config }: Work, { bytes, displaces }: FittingRing): Promise<void> {
  if (!bytes) return;
  const path = ringPath(config.dataDir);
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  if (displaces) await rename(path, join(dirname(path), `ring-${displaces}.json`));
  await writeFile(path, bytes, { mode: 0o600, flag: 'wx', flush: true });
}

/** Refuses a database that holds a federation, or clears it. The queue's jobs speak of what was, so they go too. */
async function clear(client: pg.Client, force: boolean): Promise<void> {
  const exists = await client.query<{ yes: boolean }>(
    `select to_regclass('platform.federation') is not null as yes`,
  );
  if (exists.rows[0]?.yes) {
    const there = await client.query<{ name: string; schema_name: string }>(
      'select name, schema_name from platform.federation',
    );
    if (there.rows.length > 0 && !force) {
      const names = there.rows.map(({ name }) => name).join('、');
      throw new Refusal(`数据库里已有 ${names}，没有恢复。确定要用备份代替全部现有数据，请加 --force`);
    }
    for (const { schema_name: schema } of there.rows) await client.query(`drop schema "${schema}" cascade`);
  }
  await client.query('drop schema if exists platform cascade');
  await client.query('drop schema if exists pgboss cascade');
}

const notEmpty = (path: string) => existsSync(path) && readdirSync(path).length > 0;

/** Moves restored files into place; what lay there stays beside under another name. Returns how to undo it. */
async function swapFiles(dataDir: string, restored: string, stamp: string): Promise<() => Promise<void>> {
  const moved: [string, string][] = [];
  const move = async (from: string, to: string) => {
    await rename(from, to);
    moved.push([from, to]);
  };
  for (const name of storedFolders) {
    const [here, fresh] = [join(dataDir, name), join(restored, name)];
    if (notEmpty(here)) await move(here, join(dataDir, `${name}-before-${stamp}`));
    else await rm(here, { recursive: true, force: true });
    if (existsSync(fresh)) await move(fresh, here);
  }
  return async () => {
    for (const [from, to] of moved.toReversed()) await rename(to, from);
  };
}

async function restore(work: Work, url: string): Promise<void> {
  const { terminal, config, folder, manifest, key, force, ring } = work;
  const stamp = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const restored = join(config.dataDir, `restoring-${stamp}`);
  try {
    await withOwner(url, async (client) => {
      // The level the proof of the ledger asks for.
      await client.query('begin isolation level repeatable read');
      await clear(client, force);
      await fillSchemas({ terminal, client, folder, manifest, key, migrations: migrationsOf(terminal) });
      const pii = piiOf(ring.ring, config.piiSuite);
      for (const line of await proveBooks(client, manifest, pii)) terminal.out(`${line}\n`);
      await mkdir(restored, { recursive: true, mode: 0o700 });
      const count = await unpackFiles(readPart(folder, manifest.files.part, key), restored);
      if (count !== manifest.files.count)
        throw new Refusal(`备份应有 ${manifest.files.count} 个文件，实有 ${count} 个`);
      await placeRing(work, ring);
      const undo = await swapFiles(config.dataDir, restored, stamp);
      // The last step, and the one that decides.
      await client.query('commit').catch(async (error: unknown) => {
        await undo();
        throw error;
      });
    });
  } finally {
    await rm(restored, { recursive: true, force: true });
  }
  await migrateAll(url, migrationsOf(terminal), new Date());
  await requireSameKeys(url, manifest.keyFingerprint, new Date());
}

export const restoreCommand: Command = {
  words: ['restore'],
  takes: ['文件夹'],
  options: { force: { value: null, zh: '代替数据库里已有的全部数据（原有文件留在数据文件夹里另存）' } },
  zh: '从备份恢复：先核对每一部分，再一次恢复，最后核对审计链和资金账；须先停止服务',
  en: 'Restore a backup: verify every part, restore in one transaction, prove audit chains and ledger',
  run: async (terminal, { positionals, options }) => {
    const folder = resolve(positionals[0]!);
    const { manifest, key } = await readManifest(folder, await readSecret(terminal, { twice: false }));
    // All that can be wrong with the backup or the keys is found before the data folder or the database is touched.
    await verifyParts(terminal, folder, manifest);
    const ring = await findFittingRing(configOf(terminal), folder, manifest, key);
    const force = options.force !== undefined;
    return withDatabase(
      terminal,
      async (url, config) => {
        await restore({ terminal, config, folder, manifest, key, ring, force }, url);
        const names = manifest.federations.map(({ name }) => name).join('、');
        terminal.out(`已恢复 ${names}（备份于 ${manifest.madeAt}）。可以启动了：npm start\n`);
        return true;
      },
      { alone: true },
    );
  },
};
