import { createHash, createHmac, hkdfSync } from 'node:crypto';
import type { Config } from './config.ts';
import { DomainError } from './errors.ts';
import { keysFromText, type KeyRing } from './pii/key-ring.ts';
import { fixedRing, liveKeyRing, type LiveRing } from './pii/live-ring.ts';
import { suiteByNumber, suites, type Suite, type SuiteName } from './pii/suites.ts';
import type { Sealed } from './sealed.ts';

/** Where a sealed value lives. It opens nowhere else: bytes copied to another row, column or table are refused. */
export interface Place {
  table: string;
  column: string;
  /** The row's id. */
  row: string;
}

export type IndexPurpose = 'id-number' | 'phone' | 'bank-card';

export interface Pii {
  /** Encrypts a text for its place. The same text sealed twice gives different bytes. */
  seal(place: Place, text: string): Sealed;
  /** Throws `sealed-unreadable` when the bytes were changed, moved, or sealed with a key that is gone. */
  unseal(place: Place, sealed: Buffer): string;
  sealBytes(place: Place, bytes: Buffer): Sealed;
  unsealBytes(place: Place, sealed: Buffer): Buffer;
  /**
   * 32 bytes that are equal for equal values, for look-ups and unique keys. Give it the normalised form (capital X,
   * digits only). ID numbers can be counted through, so the index is worth as much as its key: keep the key outside
   * the database and its backups.
   */
  blindIndex(purpose: IndexPurpose, normalised: string): Buffer;
  /** First byte of what is sealed now: suite in the upper two bits, version of the key in the lower six. */
  header(): number;
  /** A keyed digest that nobody can make who has only the database; see audit-anchor. Its key outlives rotations. */
  mac(purpose: string, text: string): string;
  /** Tells rings apart without betraying them: a server with another ring must not write to the same database. */
  fingerprint: string;
}

const versionBits = 6;
const versionMask = 0b11_1111;

function boundTo({ table, column, row }: Place, header: number): Buffer {
  if (/[|]/.test(table + column + row) || !table || !column || !row)
    throw new Error('unfit place of a sealed value');
  return Buffer.concat([Buffer.of(header), Buffer.from(`${table}|${row}|${column}`)]);
}

/** What a sealed value says of itself in its first byte. */
export const versionOf = (header: number) => header & versionMask;
export const suiteOf = (header: number): SuiteName | null =>
  suiteByNumber(header >> versionBits)?.name ?? null;

/** Seals with the ring's newest key and the given suite; opens with every key and suite. */
export function piiOf(source: KeyRing | LiveRing, suiteName: SuiteName): Pii {
  const live = 'current' in source ? source : fixedRing(source);
  const ring = live.current();
  const suite = suites[suiteName];
  const derived = new Map<string, Buffer>();
  let derivedFrom = ring;

  const newest = () => Math.max(...live.current().keys.map((one) => one.version));

  const keyFor = (one: Suite, version: number, table: string): Buffer => {
    // A key taken out of the ring is gone from memory with the ring it was in.
    if (derivedFrom !== live.current()) derived.clear();
    derivedFrom = live.current();
    const purpose = `seal ${one.number} ${table}`;
    const name = `${version} ${purpose}`;
    const known = derived.get(name);
    if (known) return known;
    const among = ({ keys }: KeyRing) => keys.find((candidate) => candidate.version === version);
    const master = among(live.current()) ?? among(live.again());
    if (!master) throw new DomainError('sealed-unreadable');
    const key = one.deriveKey(master.key, purpose);
    // Stored files have a key each; tables are few.
    if (derived.size > 500) derived.clear();
    derived.set(name, key);
    return key;
  };

  const sealBytes = (place: Place, bytes: Buffer): Sealed => {
    const version = newest();
    const header = (suite.number << versionBits) | version;
    const body = suite.seal(keyFor(suite, version, place.table), boundTo(place, header), bytes);
    return Buffer.concat([Buffer.of(header), body]) as Sealed;
  };

  const unsealBytes = (place: Place, sealed: Buffer): Buffer => {
    const header = sealed[0] ?? 0;
    const used = suiteByNumber(header >> versionBits);
    if (!used) throw new DomainError('sealed-unreadable');
    const key = keyFor(used, versionOf(header), place.table);
    try {
      return used.open(key, boundTo(place, header), sealed.subarray(1));
    } catch {
      throw new DomainError('sealed-unreadable');
    }
  };

  const indexKeys = new Map<IndexPurpose, Buffer>();
  const indexKey = (purpose: IndexPurpose): Buffer => {
    const known = indexKeys.get(purpose);
    if (known) return known;
    const key = Buffer.from(
      hkdfSync(ring.index.hash, ring.index.key, Buffer.alloc(0), `index ${purpose}`, 32),
    );
    indexKeys.set(purpose, key);
    return key;
  };

  return {
    sealBytes,
    unsealBytes,
    seal: (place, text) => sealBytes(place, Buffer.from(text)),
    unseal: (place, sealed) => unsealBytes(place, sealed).toString(),
    header: () => (suite.number << versionBits) | newest(),
    blindIndex: (purpose, normalised) =>
      createHmac(ring.index.hash, indexKey(purpose)).update(normalised).digest(),
    mac: (purpose, text) => {
      const { hash, key } = ring.index;
      const own = Buffer.from(hkdfSync(hash, key, Buffer.alloc(0), `mac ${purpose}`, 32));
      return createHmac(hash, own).update(text).digest('hex');
    },
    fingerprint: createHash('sha256').update('fingerprint').update(ring.index.key).digest('hex').slice(0, 16),
  };
}

/**
 * The process's own: keys from `PII_KEYS` (see `keysFromText`, for platforms that hand secrets over in the environment)
 * or from `DATA_DIR/keys/ring.json`, which is made at the first start
 * and read again when it is replaced.
 */
export function openPii(config: Pick<Config, 'dataDir' | 'piiKeys' | 'piiSuite'>): Pii {
  const ring = config.piiKeys
    ? keysFromText(config.piiKeys, config.piiSuite)
    : liveKeyRing(config.dataDir, config.piiSuite);
  return piiOf(ring, config.piiSuite);
}
