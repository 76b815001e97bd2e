import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { randomSlice } from '../random-slice.ts';

export type SuiteName = 'aes-256-gcm' | 'sm4-cbc-hmac-sm3';

/** Keys of one table, derived from a key of the ring; how many bytes and what for is the suite's affair. */
export type TableKey = Buffer;

/** Authenticated encryption. `header` and `aad` are bound to the text but not hidden. `open` throws on any change. */
export interface Suite {
  name: SuiteName;
  /** Stands in the first byte of every sealed value: 0–3. */
  number: number;
  deriveKey(master: Buffer, purpose: string): TableKey;
  seal(key: TableKey, bound: Buffer, plain: Buffer): Buffer;
  open(key: TableKey, bound: Buffer, body: Buffer): Buffer;
}

const nothing = Buffer.alloc(0);
const derive = (hash: string, master: Buffer, purpose: string, length: number) =>
  Buffer.from(hkdfSync(hash, master, nothing, purpose, length));

/** iv 12 | text | tag 16. A random iv is safe for 2^32 values per table and key; a federation has some 10^7. */
const aes: Suite = {
  name: 'aes-256-gcm',
  number: 0,
  deriveKey: (master, purpose) => derive('sha256', master, purpose, 32),
  seal(key, bound, plain) {
    const iv = randomSlice(12);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(bound);
    const text = cipher.update(plain);
    return Buffer.concat([iv, text, cipher.final(), cipher.getAuthTag()]);
  },
  open(key, bound, body) {
    if (body.length < 28) throw new Error('too short');
    const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, 12), { authTagLength: 16 });
    decipher.setAAD(bound).setAuthTag(body.subarray(-16));
    const text = decipher.update(body.subarray(12, -16));
    return Buffer.concat([text, decipher.final()]);
  },
};

const sm4KeyLength = 16;
const sm3Length = 32;

/** Encrypt-then-MAC; the lengths go in as well, so that a byte cannot wander from one part to the next. */
function macOf(key: TableKey, bound: Buffer, rest: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bound.length);
  return createHmac('sm3', key.subarray(sm4KeyLength)).update(length).update(bound).update(rest).digest();
}

/** GB/T 32907 (SM4) and GB/T 32905 (SM3): iv 16 | text | mac 32. OpenSSL has no SM4-GCM in Node's build. */
const sm4: Suite = {
  name: 'sm4-cbc-hmac-sm3',
  number: 1,
  deriveKey: (master, purpose) => derive('sm3', master, purpose, sm4KeyLength + sm3Length),
  seal(key, bound, plain) {
    const iv = randomSlice(16);
    const cipher = createCipheriv('sm4-cbc', key.subarray(0, sm4KeyLength), iv);
    const rest = Buffer.concat([iv, cipher.update(plain), cipher.final()]);
    return Buffer.concat([rest, macOf(key, bound, rest)]);
  },
  open(key, bound, body) {
    if (body.length < 16 + 16 + sm3Length) throw new Error('too short');
    const rest = body.subarray(0, -sm3Length);
    if (!timingSafeEqual(macOf(key, bound, rest), body.subarray(-sm3Length))) throw new Error('mac differs');
    const decipher = createDecipheriv('sm4-cbc', key.subarray(0, sm4KeyLength), rest.subarray(0, 16));
    return Buffer.concat([decipher.update(rest.subarray(16)), decipher.final()]);
  },
};

export const suites: Record<SuiteName, Suite> = { 'aes-256-gcm': aes, 'sm4-cbc-hmac-sm3': sm4 };

export const suiteByNumber = (number: number) =>
  Object.values(suites).find((suite) => suite.number === number);
