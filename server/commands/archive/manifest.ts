import { createHmac, timingSafeEqual } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFile } from 'node:fs/promises';
import { Refusal } from '../command.ts';
import { keyOfBackup, partKey, type Secret } from './backup-key.ts';
import { DamagedBackupError, partShape } from './sealed-part.ts';

const tableShape = z.object({
  name: z.string(),
  columns: z.array(z.string()),
  rows: z.int(),
  part: partShape,
});

const schemaShape = z.object({
  name: z.string().regex(/^[a-z][a-z0-9_]*$/),
  migrations: z.array(z.object({ name: z.string(), checksum: z.string() })),
  /** In an order in which every table comes after those it refers to. */
  tables: z.array(tableShape),
  /** Where identity columns go on. */
  sequences: z.array(z.object({ name: z.string(), last: z.int() })),
});

const manifestShape = z.object({
  format: z.literal('smart-union-backup'),
  version: z.literal(2),
  /** Of the operator's record of it. */
  id: z.uuid(),
  madeAt: z.iso.datetime(),
  server: z.string(),
  sealedWith: z.enum(['key', 'passphrase']),
  salt: z.string().regex(/^[0-9a-f]{32}$/),
  /** Of the key ring the values inside are sealed with; the ring itself is elsewhere unless `keys` is there. */
  keyFingerprint: z.string(),
  /** Versions of the ring's keys that seal the values and files inside: all of them are needed to read them. */
  keyVersions: z.array(z.int()),
  federations: z.array(z.object({ code: z.string(), name: z.string(), schema: z.string() })),
  schemas: z.array(schemaShape),
  files: z.object({ count: z.int(), part: partShape }),
  keys: partShape.nullable(),
});

export type Manifest = z.output<typeof manifestShape>;
export type SchemaOfBackup = z.output<typeof schemaShape>;
export type TableOfBackup = z.output<typeof tableShape>;

const manifestName = 'manifest.json';

const sealOf = (key: Buffer, body: unknown) =>
  createHmac('sha256', partKey(key, manifestName)).update(JSON.stringify(body)).digest();

/** Every part of a backup. */
export const partsOf = (manifest: Manifest) => [
  ...manifest.schemas.flatMap(({ tables }) => tables.map(({ part }) => part)),
  manifest.files.part,
  ...(manifest.keys ? [manifest.keys] : []),
];

/** Written last: a folder without it is no backup. */
export async function writeManifest(folder: string, manifest: Manifest, key: Buffer): Promise<void> {
  const sealed = { manifest, seal: sealOf(key, manifest).toString('hex') };
  // No line end behind it: then every byte counts, and one that is missing is seen.
  await writeFile(join(folder, manifestName), JSON.stringify(sealed, null, 2), {
    mode: 0o600,
    flag: 'wx',
    flush: true,
  });
}

async function readText(folder: string): Promise<string> {
  try {
    return await readFile(join(folder, manifestName), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error;
    throw new Refusal(`${folder} 里没有备份（缺少 ${manifestName}），请检查路径`);
  }
}

/** Reads and proves the manifest. @throws DamagedBackupError, Refusal for a wrong key or passphrase */
export async function readManifest(
  folder: string,
  secret: Secret,
): Promise<{ manifest: Manifest; key: Buffer }> {
  let sealed: { manifest: unknown; seal: unknown };
  try {
    sealed = JSON.parse(await readText(folder)) as typeof sealed;
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new DamagedBackupError(manifestName, '读不出来');
  }
  const read = manifestShape.safeParse(sealed.manifest);
  if (!read.success) throw new DamagedBackupError(manifestName, '内容不对，或是另一版本的程序所做');
  const manifest = read.data;
  if (manifest.sealedWith !== secret.kind)
    throw new Refusal(`这份备份要用${manifest.sealedWith === 'key' ? '密钥（BACKUP_KEY）' : '口令'}打开`);
  const key = await keyOfBackup(secret, Buffer.from(manifest.salt, 'hex'));
  const seal = Buffer.from(String(sealed.seal));
  const expected = Buffer.from(sealOf(key, sealed.manifest).toString('hex'));
  if (seal.length !== expected.length || !timingSafeEqual(seal, expected))
    throw new DamagedBackupError(manifestName, '口令或密钥不对，或清单被改动');
  return { manifest, key };
}
