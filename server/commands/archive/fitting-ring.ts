import { existsSync } from 'node:fs';
import { sql } from 'kysely';
import type { Config } from '../../kernel/config.ts';
import type { Ctx } from '../../kernel/context.ts';
import { piiOf, versionOf, type Pii, type Place } from '../../kernel/pii.ts';
import {
  keysFromText,
  openKeyRing,
  parseKeyRing,
  ringPath,
  type KeyRing,
} from '../../kernel/pii/key-ring.ts';
import { OtherKeysError } from '../../kernel/pii/same-keys.ts';
import { Refusal } from '../command.ts';
import { sealedTables } from '../keys/sealed-columns.ts';
import type { Manifest } from './manifest.ts';
import { readPart } from './sealed-part.ts';

/** The ring of this machine, without making one. */
function findRing({ piiKeys, piiSuite, dataDir }: Config): KeyRing | null {
  if (piiKeys) return keysFromText(piiKeys, piiSuite);
  return existsSync(ringPath(dataDir)) ? openKeyRing(dataDir, piiSuite) : null;
}

const fingerprintOf = (ring: KeyRing, { piiSuite }: Config) => piiOf(ring, piiSuite).fingerprint;

const missingOf = (ring: KeyRing, { keyVersions }: Manifest) =>
  keyVersions.filter((version) => !ring.keys.some((key) => key.version === version));

/** The backup is older than a key that was destroyed since: its values would come back as bytes nobody can open. */
function retiredRefusal(manifest: Manifest, missing: readonly number[], config: Config): Refusal {
  const [versions, place] = [missing.join('、'), ringPath(config.dataDir)];
  const own = manifest.keys
    ? `这份备份自带当时的密钥环：把 ${place} 移到别处，再恢复一次即用它。`
    : `请把备份当时离线保管的密钥环放到 ${place}（或换回当时的 PII_KEYS），再恢复。`;
  return new Refusal(
    `备份（${manifest.madeAt}）里有内容用第 ${versions} 版密钥加密，这一版已从本机的密钥环销毁（keys retire），` +
      `恢复后谁也打不开，因此没有恢复，数据没有改动。\n${own}\n` +
      `This backup is older than a retired key: parts of it are sealed with version ${missing.join(', ')}, which this machine's ` +
      `ring no longer has. Nothing was changed. Bring back the ring of that day${
        manifest.keys ? ' (the backup holds it: move the present ring aside)' : ''
      }, then restore.`,
  );
}

/** A ring that opens what the backup holds. */
export interface FittingRing {
  ring: KeyRing;
  /** Its file from the backup, to be put in place; null when it is here already. */
  bytes: Buffer | null;
  /** Fingerprint of the ring that stands in its place and does not fit. */
  displaces: string | null;
}

/** Finds the ring here or in the backup, before anything is changed. @throws Refusal when none opens all of it */
export async function findFittingRing(
  config: Config,
  folder: string,
  manifest: Manifest,
  key: Buffer,
): Promise<FittingRing> {
  const here = findRing(config);
  const own = here && fingerprintOf(here, config);
  if (here && own === manifest.keyFingerprint) {
    const missing = missingOf(here, manifest);
    if (missing.length > 0) throw retiredRefusal(manifest, missing, config);
    return { ring: here, bytes: null, displaces: null };
  }
  if (config.piiKeys || !manifest.keys) {
    const why = own ? `\n${new OtherKeysError(manifest.keyFingerprint, own).message}` : '';
    throw new Refusal(
      `这份备份不含密钥，请先把原来的 keys/ring.json 放到 ${ringPath(config.dataDir)}（或设置原来的 PII_KEYS）再恢复。${why}`,
    );
  }
  const parts: Buffer[] = [];
  for await (const part of readPart(folder, manifest.keys, key)) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  const ring = parseKeyRing(bytes.toString('utf8'));
  const found = fingerprintOf(ring, config);
  if (found !== manifest.keyFingerprint) throw new OtherKeysError(manifest.keyFingerprint, found);
  const missing = missingOf(ring, manifest);
  if (missing.length > 0) throw retiredRefusal(manifest, missing, config);
  return { ring, bytes, displaces: own };
}

const perColumn = 50;

/**
 * Opens some values of every sealed column of the federation whose schema is in the search path. The fingerprint only tells of the
 * index key; this tells that the keys of the values fit, too. A single value that does not open was lost before the backup.
 * Returns how many were opened. @throws Refusal when of some version none opens
 */
export async function openSamples({ db }: Pick<Ctx, 'db'>, pii: Pii): Promise<number> {
  const byVersion = new Map<number, number>();
  for (const { table, key, columns } of sealedTables) {
    for (const column of columns) {
      const { rows } = await sql<{ row: string; sealed: Buffer }>`
        select concat_ws(' ', ${sql.join(key.map((part) => sql.ref(part)))}) as "row", ${sql.ref(column)} as sealed
        from ${sql.table(table)} where ${sql.ref(column)} is not null limit ${perColumn}`.execute(db);
      for (const { row, sealed } of rows) {
        const version = versionOf(sealed[0]!);
        byVersion.set(
          version,
          (byVersion.get(version) ?? 0) + Number(opens(pii, { table, column, row }, sealed)),
        );
      }
    }
  }
  const closed = [...byVersion].filter(([, opened]) => opened === 0).map(([version]) => version);
  if (closed.length > 0)
    throw new Refusal(
      `用第 ${closed.join('、')} 版密钥加密的内容，现有的密钥环打不开，没有恢复：请换成备份当时的密钥环\n` +
        `The ring at hand does not open values sealed with key ${closed.join(', ')}; nothing was restored.`,
    );
  return [...byVersion.values()].reduce((sum, opened) => sum + opened, 0);
}

function opens(pii: Pii, place: Place, sealed: Buffer): boolean {
  try {
    pii.unsealBytes(place, sealed);
    return true;
  } catch {
    return false;
  }
}
