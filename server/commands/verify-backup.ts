import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import type pg from 'pg';
import type { Config } from '../kernel/config.ts';
import { noteVerified } from '../kernel/health/records.ts';
import { piiOf } from '../kernel/pii.ts';
import { readSecret } from './archive/backup-key.ts';
import { fillSchemas, proveBooks } from './archive/fill.ts';
import { findFittingRing } from './archive/fitting-ring.ts';
import { readManifest, type Manifest } from './archive/manifest.ts';
import { DamagedBackupError, readPart } from './archive/sealed-part.ts';
import { countFiles } from './archive/stored-files.ts';
import { verifyParts } from './archive/verify-parts.ts';
import { Refusal, type Command, type Terminal } from './command.ts';
import { migrationsOf, withDatabase, withOwner } from './workplace.ts';

/** Number of the lock of who restores into a database beside. */
const scratchLock = 7_359_020_215;
const scratchName = /^su_verify_[0-9a-f]{16}$/;

/** The owner may make the scratch database. @throws Refusal, so that it is known before the work and not after it */
export async function requireScratch(client: Pick<pg.ClientBase, 'query'>): Promise<void> {
  const may = await client.query<{ yes: boolean }>(
    'select rolcreatedb or rolsuper as yes from pg_roles where rolname = current_user',
  );
  if (!may.rows[0]?.yes)
    throw new Refusal(
      '核验要在一个临时数据库里真的恢复一次，数据库用户没有建库权限（CREATEDB）。请授权（alter role … createdb），' +
        '或备份时加 --unverified、另找一台机器运行 backup verify',
    );
}

/** A database that lives for as long as `work`; those a killed verification left are removed first. */
async function withScratch<T>(ownerUrl: string, work: (url: string) => Promise<T>): Promise<T> {
  return withOwner(ownerUrl, async (client) => {
    await requireScratch(client);
    const got = await client.query<{ yes: boolean }>('select pg_try_advisory_lock($1) as yes', [scratchLock]);
    if (!got.rows[0]?.yes) throw new Refusal('另一个核验备份的命令正在运行，请等它结束');
    const left = await client.query<{ name: string }>(
      `select datname as name from pg_database d where datname like 'su\\_verify\\_%' and pg_has_role(datdba, 'usage')
       and not exists (select from pg_stat_activity a where a.datid = d.oid)`,
    );
    for (const { name } of left.rows.filter((row) => scratchName.test(row.name)))
      await client.query(`drop database if exists ${name}`);
    const name = `su_verify_${randomBytes(8).toString('hex')}`;
    await client.query(
      `create database ${name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
    );
    try {
      const url = new URL(ownerUrl);
      url.pathname = `/${name}`;
      return await work(url.href);
    } finally {
      await client.query(`drop database if exists ${name} with (force)`);
    }
  });
}

interface Verification {
  terminal: Terminal;
  config: Config;
  ownerUrl: string;
  folder: string;
  manifest: Manifest;
  key: Buffer;
}

/**
 * Proves a backup by restoring it: every part is compared, all rows go into a database beside under all constraints, audit chains
 * and ledger are proved there, sealed values opened, files counted. Returns whether a record of it was here to be marked.
 */
export async function verifyBackup(of: Verification): Promise<boolean> {
  const { terminal, config, ownerUrl, folder, manifest, key } = of;
  await verifyParts(terminal, folder, manifest);
  const { ring } = await findFittingRing(config, folder, manifest, key);
  await withScratch(ownerUrl, (url) =>
    withOwner(url, async (client) => {
      await client.query('begin isolation level repeatable read');
      await fillSchemas({ terminal, client, folder, manifest, key, migrations: migrationsOf(terminal) });
      for (const line of await proveBooks(client, manifest, piiOf(ring, config.piiSuite)))
        terminal.out(`${line}\n`);
      await client.query('commit');
    }),
  );
  const { files } = manifest;
  const count = await countFiles(readPart(folder, files.part, key));
  if (count !== files.count)
    throw new DamagedBackupError('files', `应有 ${files.count} 个文件，实有 ${count} 个`);
  return withOwner(ownerUrl, async (client) => {
    const known = await client.query<{ yes: boolean }>(
      `select to_regclass('platform.backup') is not null as yes`,
    );
    return known.rows[0]!.yes && (await noteVerified(client, manifest.id, new Date()));
  });
}

export const verifyBackupCommand: Command = {
  words: ['backup', 'verify'],
  takes: ['文件夹'],
  options: {},
  zh: '核验一份备份：在临时数据库里真的恢复一次，核对每一行、审计链、资金账和密钥；不动现有数据，服务不用停',
  en: 'Prove a backup by restoring it into a scratch database; nothing that is there is touched',
  run: async (terminal, { positionals }) => {
    const folder = resolve(positionals[0]!);
    const { manifest, key } = await readManifest(folder, await readSecret(terminal, { twice: false }));
    return withDatabase(terminal, async (ownerUrl, config) => {
      const noted = await verifyBackup({ terminal, config, ownerUrl, folder, manifest, key });
      terminal.out(`备份核验通过（备份于 ${manifest.madeAt}）\n`);
      if (!noted) terminal.out('这份备份不是这个数据库做的，系统页上没有它的记录\n');
      return true;
    });
  },
};
