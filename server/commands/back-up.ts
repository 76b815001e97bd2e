import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { record } from '../kernel/audit.ts';
import { listFederations } from '../kernel/app.ts';
import { uuidV7 } from '../kernel/clock.ts';
import { inSystemContext, type Platform } from '../kernel/context.ts';
import { noteBackup } from '../kernel/health/records.ts';
import { versionOf } from '../kernel/pii.ts';
import { keyOfBackup, readSecret } from './archive/backup-key.ts';
import { copyTarget, quoted, sequencesOf, tablesOf } from './archive/catalog.ts';
import { databaseOn } from './archive/fill.ts';
import { writeManifest, type Manifest, type SchemaOfBackup } from './archive/manifest.ts';
import { writePart } from './archive/sealed-part.ts';
import { packFiles } from './archive/stored-files.ts';
import { Refusal, type Command, type Terminal } from './command.ts';
import { usageOfFiles } from './keys/reseal-files.ts';
import { usageOfKeys } from './keys/reseal-rows.ts';
import { showProgress } from './progress.ts';
import { requireScratch, verifyBackup } from './verify-backup.ts';
import { withOwner, withPlatform } from './workplace.ts';

interface Work {
  terminal: Terminal;
  client: pg.Client;
  folder: string;
  key: Buffer;
}

async function writeSchema({ terminal, client, folder, key }: Work, name: string): Promise<SchemaOfBackup> {
  const applied = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from platform.migration where schema_name = $1 order by name',
    [name],
  );
  const tables: SchemaOfBackup['tables'] = [];
  const all = await tablesOf(client, name);
  const bar = showProgress(terminal, `备份 ${name}`, all.length);
  for (const table of all) {
    const source = client.query(copyTo(`copy ${copyTarget(name, table)} to stdout`));
    const part = await writePart(folder, `${name}.${table.name}`, key, source);
    tables.push({ ...table, rows: source.rowCount, part });
    bar.to(tables.length);
  }
  bar.end();
  return { name, migrations: applied.rows, tables, sequences: await sequencesOf(client, name) };
}

/** Copies platform and federations as they stand at one moment, whatever is written meanwhile. */
async function writeSchemas(
  work: Work,
): Promise<Pick<Manifest, 'server' | 'federations' | 'schemas'> & { sealedWith: Set<number> }> {
  const { client } = work;
  await client.query('begin isolation level repeatable read read only');
  const version = await client.query<{ server_version: string }>('show server_version');
  const federations = await client.query<Manifest['federations'][number]>(
    'select code, name, schema_name as schema from platform.federation order by code',
  );
  const schemas: SchemaOfBackup[] = [];
  for (const name of ['platform', ...federations.rows.map(({ schema }) => schema)])
    schemas.push(await writeSchema(work, name));
  const sealedWith = new Set<number>();
  for (const { schema } of federations.rows) {
    await client.query(`set local search_path to ${quoted(schema)}`);
    for (const { header } of await usageOfKeys({ db: databaseOn(client) })) sealedWith.add(versionOf(header));
  }
  await client.query('commit');
  return { server: version.rows[0]!.server_version, federations: federations.rows, schemas, sealedWith };
}

/** After the rows, so that every file a row of the snapshot names is there. */
async function writeFiles({ terminal, folder, key }: Work, dataDir: string): Promise<Manifest['files']> {
  let count = 0;
  const source = Readable.from(
    packFiles(dataDir, () => (count += 1)),
    { objectMode: false },
  );
  const part = await writePart(folder, 'files', key, source);
  terminal.out(`备份文件 ${count} 个\n`);
  return { count, part };
}

async function writeKeys({ folder, key }: Work, { config }: Platform): Promise<Manifest['keys']> {
  if (config.piiKeys)
    throw new Refusal('密钥在环境变量 PII_KEYS 里，不写进备份；请去掉 --with-keys，另外保管好它');
  const ring = await readFile(join(config.dataDir, 'keys/ring.json'));
  return writePart(folder, 'keys', key, Readable.from([ring]));
}

const rowsOf = ({ schemas }: Manifest) =>
  schemas.flatMap(({ tables }) => tables).reduce((sum, table) => sum + table.rows, 0);

/** For the operator's page: that there is a backup, since when, and how large. */
async function noteMade(
  client: pg.Client,
  folder: string,
  manifest: Manifest,
  startedAt: Date,
): Promise<void> {
  const sizes = await Promise.all(readdirSync(folder).map((name) => stat(join(folder, name))));
  const finishedAt = new Date();
  await noteBackup(client, {
    id: manifest.id,
    startedAt,
    finishedAt,
    sizeBytes: sizes.reduce((sum, { size }) => sum + size, 0),
    rows: rowsOf(manifest),
    files: manifest.files.count,
    withKeys: manifest.keys !== null,
  });
}

async function backUp(
  terminal: Terminal,
  platform: Platform,
  folder: string,
  withKeys: boolean,
): Promise<{ manifest: Manifest; key: Buffer }> {
  const secret = await readSecret(terminal, { twice: true });
  const startedAt = new Date();
  for (const federation of await listFederations(platform)) {
    // Before the snapshot: the copy, too, knows that it was taken.
    await inSystemContext(platform, federation, '命令行', (ctx) =>
      record(ctx, {
        kind: 'backup.started',
        subject: 'backup',
        subjectId: null,
        unionPath: 'f',
        data: { withKeys },
      }),
    );
  }
  const salt = randomBytes(16);
  const key = await keyOfBackup(secret, salt);
  return withOwner(platform.database.ownerUrl, async (client) => {
    const work = { terminal, client, folder, key };
    const keys = withKeys ? await writeKeys(work, platform) : null;
    const { sealedWith: versions, ...rows } = await writeSchemas(work);
    for await (const { header, passing } of usageOfFiles(platform.config.dataDir))
      if (header !== null && !passing) versions.add(versionOf(header));
    const manifest: Manifest = {
      format: 'smart-union-backup',
      version: 2,
      id: uuidV7(startedAt),
      madeAt: new Date().toISOString(),
      sealedWith: secret.kind,
      salt: salt.toString('hex'),
      keyFingerprint: platform.pii.fingerprint,
      keyVersions: [...versions].toSorted((one, other) => one - other),
      ...rows,
      files: await writeFiles(work, platform.config.dataDir),
      keys,
    };
    await writeManifest(folder, manifest, key);
    await noteMade(client, folder, manifest, startedAt);
    return { manifest, key };
  });
}

export const backUpCommand: Command = {
  words: ['backup'],
  takes: ['文件夹'],
  options: {
    'with-keys': { value: null, zh: '连同敏感信息的密钥一起备份（默认不写入：密钥应另外保管）' },
    unverified: { value: null, zh: '做完不核验；之后可用 backup verify 核验' },
  },
  zh: '把全部总工会的数据和文件加密备份到一个空文件夹，并在临时数据库里恢复一次以核验（口令见 BACKUP_PASSPHRASE 或 BACKUP_KEY）',
  en: 'Back up every federation and its files, sealed, from one snapshot, and prove it by a restore; keys stay out unless --with-keys',
  run: (terminal, { positionals, options }) =>
    withPlatform(terminal, async (platform) => {
      const folder = resolve(positionals[0]!);
      if (existsSync(folder) && readdirSync(folder).length > 0)
        throw new Refusal(`${folder} 不是空文件夹，没有备份。请换一个，例如 backups/$(date +%F)`);
      const verifying = options.unverified === undefined;
      if (verifying) await withOwner(platform.database.ownerUrl, requireScratch);
      const made = await mkdir(folder, { recursive: true, mode: 0o700 });
      const withKeys = options['with-keys'] !== undefined;
      let backup: Awaited<ReturnType<typeof backUp>>;
      try {
        backup = await backUp(terminal, platform, folder, withKeys);
        const { manifest } = backup;
        const [count, rows] = [manifest.schemas.length - 1, rowsOf(manifest).toLocaleString('en')];
        terminal.out(`已备份到 ${folder}：${count} 个总工会，${rows} 行\n`);
      } catch (error) {
        // Half a backup is worse than none: somebody might trust it.
        for (const name of readdirSync(folder)) await rm(join(folder, name));
        if (made) await rm(folder, { recursive: true });
        throw error;
      }
      if (verifying) {
        const { config, database } = platform;
        await verifyBackup({ terminal, config, ownerUrl: database.ownerUrl, folder, ...backup });
        terminal.out('备份核验通过\n');
      }
      if (!withKeys)
        terminal.out(
          '备份里没有密钥：请另外保管好数据文件夹里的 keys/ring.json（或 PII_KEYS），没有它恢复不了\n',
        );
      return true;
    }),
};
