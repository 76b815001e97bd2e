import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { SuiteName } from './suites.ts';

const key = z
  .base64()
  .transform((text) => Buffer.from(text, 'base64'))
  .refine((bytes) => bytes.length === 32, '密钥须是 32 字节的 base64');

/** Six bits of a sealed value's first byte. */
const newestPossible = z.int().min(1).max(63);

const ringShape = z
  .object({
    /** Blind indexes outlive a change of keys, so theirs is apart; the hash is fixed with the first start. */
    index: z.object({ hash: z.enum(['sha256', 'sm3']), key }),
    /** Versions 1–63. The highest seals, the others still open what they once sealed. `madeAt` is missing on old rings. */
    keys: z.array(z.object({ version: newestPossible, key, madeAt: z.iso.datetime().optional() })).min(1),
  })
  .refine((ring) => new Set(ring.keys.map((one) => one.version)).size === ring.keys.length, '密钥版本号重复');

export type KeyRing = z.output<typeof ringShape>;

/** Reads a ring from its JSON text. Throws without quoting the text: it is all secrets. */
export function parseKeyRing(text: string): KeyRing {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Error('密钥环不是合法的 JSON，请从备份恢复。');
  }
  const read = ringShape.safeParse(json);
  if (read.success) return read.data;
  const faults = read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`密钥环内容不对，请从备份恢复：${faults.join('；')}`);
}

/**
 * A ring from the environment: `1:<64 hex digits>,2:<64 hex digits>`, optionally with `index:<64 hex digits>` for the
 * blind indexes. Without it theirs is derived from the lowest version, which must then never be taken out.
 */
export function keysFromText(text: string, suite: SuiteName): KeyRing {
  const entries = text.split(',').map((entry) => /^(index|[1-9]\d?):([0-9a-f]{64})$/i.exec(entry.trim()));
  if (entries.some((entry) => !entry)) {
    throw new Error('PII_KEYS 应写成 1:<64 位十六进制>，多个密钥用逗号隔开。');
  }
  const keys = entries.flatMap((entry) =>
    entry![1] === 'index' ? [] : [{ version: Number(entry![1]), key: base64(entry![2]!) }],
  );
  const lowest = keys.toSorted((a, b) => a.version - b.version)[0];
  const named = entries.find((entry) => entry![1] === 'index');
  const key = named ? base64(named[2]!) : (lowest?.key ?? '');
  return parseKeyRing(JSON.stringify({ index: { hash: indexHash(suite), key }, keys }));
}

const base64 = (hex: string) => Buffer.from(hex, 'hex').toString('base64');
const indexHash = (suite: SuiteName) => (suite === 'sm4-cbc-hmac-sm3' ? 'sm3' : 'sha256');

/** A new ring as JSON text. */
export function newKeyRing(suite: SuiteName): string {
  const fresh = () => randomBytes(32).toString('base64');
  return `${JSON.stringify({ index: { hash: indexHash(suite), key: fresh() }, keys: [{ version: 1, key: fresh() }] }, null, 2)}\n`;
}

/** The ring as the text of its file. */
function ringText({ index, keys }: KeyRing): string {
  const plain = {
    index: { hash: index.hash, key: index.key.toString('base64') },
    keys: keys.map((one) => ({ ...one, key: one.key.toString('base64') })),
  };
  return `${JSON.stringify(plain, null, 2)}\n`;
}

/** The ring with one key more, which seals from now on. Throws when all 63 versions are used up. */
export function withNewKey(ring: KeyRing, now: Date): KeyRing {
  const version = Math.max(...ring.keys.map((one) => one.version)) + 1;
  if (!newestPossible.safeParse(version).success)
    throw new Error('密钥版本已用到 63，不能再加。请联系开发人员扩展格式。');
  return { ...ring, keys: [...ring.keys, { version, key: randomBytes(32), madeAt: now.toISOString() }] };
}

function writeDurably(path: string, text: string): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function syncFolder(folder: string): void {
  const opened = openSync(folder, 'r');
  fsyncSync(opened);
  closeSync(opened);
}

export const ringPath = (dataDir: string) => join(dataDir, 'keys', 'ring.json');

const draftBeside = (path: string) =>
  join(dirname(path), `ring-${process.pid}-${randomBytes(4).toString('hex')}`);

/**
 * Reads `DATA_DIR/keys/ring.json`, making it at the first start. Without this file no sealed value can ever be opened
 * again, so it is on disk (fsync) before anything is sealed with it, and of two processes starting at once one wins.
 */
export function openKeyRing(dataDir: string, suite: SuiteName): KeyRing {
  const path = ringPath(dataDir);
  const read = () => parseKeyRing(readFileSync(path, 'utf8'));
  try {
    return read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = draftBeside(path);
  writeDurably(draft, newKeyRing(suite));
  try {
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft);
  }
  syncFolder(dirname(path));
  return read();
}

/** Puts a changed ring in the place of the old one: whoever reads sees the one or the other, also after a power cut. */
export function replaceKeyRing(dataDir: string, ring: KeyRing): void {
  const path = ringPath(dataDir);
  const draft = draftBeside(path);
  writeDurably(draft, ringText(ring));
  renameSync(draft, path);
  syncFolder(dirname(path));
}
