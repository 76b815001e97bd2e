import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { keysFromText, newKeyRing, parseKeyRing } from './pii/key-ring.ts';
import { openPii, piiOf, type Place } from './pii.ts';

const folders: string[] = [];
const newFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'su-pii-'));
  folders.push(folder);
  return folder;
};
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

const place = (row: string, column = 'id_number_sealed', table = 'member'): Place => ({ table, column, row });
const unreadable = expect.objectContaining({ code: 'sealed-unreadable' });

describe.each(['aes-256-gcm', 'sm4-cbc-hmac-sm3'] as const)('sealing with %s', (suite) => {
  const ring = parseKeyRing(newKeyRing(suite));
  const pii = piiOf(ring, suite);

  it.each(['32120219900307651X', '', '张三·买买提', '🀄'.repeat(5000)])(
    'opens what it sealed: %#',
    (text) => {
      const sealed = pii.seal(place('a'), text);
      expect(pii.unseal(place('a'), sealed)).toBe(text);
      expect(sealed.equals(pii.seal(place('a'), text))).toBe(false);
    },
  );

  it('hides the text', () => {
    const sealed = pii.seal(place('a'), '32120219900307651X');
    expect(sealed.toString('latin1')).not.toContain('1990');
  });

  it('refuses a value moved to another row, column or table', () => {
    const sealed = pii.seal(place('a'), '13800001111');
    expect(() => pii.unseal(place('b'), sealed)).toThrow(unreadable);
    expect(() => pii.unseal(place('a', 'phone_sealed'), sealed)).toThrow(unreadable);
    expect(() => pii.unseal(place('a', 'id_number_sealed', 'account'), sealed)).toThrow(unreadable);
  });

  it('refuses every one of 2,000 values exchanged between rows', () => {
    const rows = Array.from({ length: 2000 }, (_, index) => ({
      id: `row-${index}`,
      sealed: pii.seal(place(`row-${index}`), `text ${index}`),
    }));
    const opened = rows.filter((row, index) => {
      try {
        pii.unseal(place(row.id), rows[(index + 1) % rows.length]!.sealed);
        return true;
      } catch {
        return false;
      }
    });
    expect(opened).toEqual([]);
    expect(rows.every((row, index) => pii.unseal(place(row.id), row.sealed) === `text ${index}`)).toBe(true);
  });

  it('refuses a value with any single byte changed or cut off', () => {
    const sealed = pii.seal(place('a'), '6222021234567890128');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed[index]! ^= 0x41;
      expect(() => pii.unseal(place('a'), changed), `byte ${index}`).toThrow(unreadable);
      expect(() => pii.unseal(place('a'), sealed.subarray(0, index)), `cut at ${index}`).toThrow(unreadable);
    }
  });

  it('seals with the newest key and still opens what older ones sealed, until they are gone', () => {
    const extra = parseKeyRing(newKeyRing(suite)).keys[0]!;
    const rotated = piiOf({ ...ring, keys: [{ ...extra, version: 2 }, ...ring.keys] }, suite);
    const old = pii.seal(place('a'), 'before');
    const fresh = rotated.seal(place('a'), 'after');
    expect(rotated.unseal(place('a'), old)).toBe('before');
    expect(fresh[0]! & 0b11_1111).toBe(2);
    expect(() => pii.unseal(place('a'), fresh)).toThrow(unreadable);
    expect(rotated.blindIndex('phone', '13800001111')).toEqual(pii.blindIndex('phone', '13800001111'));
  });

  it('opens what the other suite sealed, so that a federation can change over', () => {
    const other = piiOf(ring, suite === 'aes-256-gcm' ? 'sm4-cbc-hmac-sm3' : 'aes-256-gcm');
    expect(other.unseal(place('a'), pii.seal(place('a'), 'text'))).toBe('text');
  });

  it('indexes equal values alike, apart by purpose and by ring', () => {
    const stranger = piiOf(parseKeyRing(newKeyRing(suite)), suite);
    const index = pii.blindIndex('phone', '13800001111');
    expect(index).toHaveLength(32);
    expect(pii.blindIndex('phone', '13800001111')).toEqual(index);
    expect(pii.blindIndex('bank-card', '13800001111')).not.toEqual(index);
    expect(stranger.blindIndex('phone', '13800001111')).not.toEqual(index);
    expect(stranger.fingerprint).not.toBe(pii.fingerprint);
  });
});

describe('the key ring', () => {
  const config = (dataDir: string, piiKeys: string | null = null) =>
    ({ dataDir, piiKeys, piiSuite: 'aes-256-gcm' }) as const;

  it('is made once, for the owner only, and read at the next start', () => {
    const folder = newFolder();
    const sealed = openPii(config(folder)).seal(place('a'), 'text');
    expect(openPii(config(folder)).unseal(place('a'), sealed)).toBe('text');
    expect(statSync(join(folder, 'keys', 'ring.json')).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'keys')).mode & 0o777).toBe(0o700);
    expect(readdirSync(join(folder, 'keys'))).toEqual(['ring.json']);
  });

  it('comes from the environment instead when given there', () => {
    const folder = newFolder();
    const first = `1:${'7c'.repeat(32)}`;
    const both = `2:${'ab'.repeat(32)}, ${first}`;
    const one = openPii(config(folder, first));
    const two = openPii(config(folder, both));
    expect(two.unseal(place('a'), one.seal(place('a'), 'text'))).toBe('text');
    expect(two.seal(place('a'), 'text')[0]).toBe(2);
    expect(two.blindIndex('phone', '1')).toEqual(one.blindIndex('phone', '1'));
    const named = openPii(config(folder, `${both},index:${'01'.repeat(32)}`));
    expect(named.blindIndex('phone', '1')).not.toEqual(one.blindIndex('phone', '1'));
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each([
    '',
    '1:short',
    `index:${'7c'.repeat(32)}`,
    `1:${'7c'.repeat(32)},1:${'ab'.repeat(32)}`,
    `99:${'7c'.repeat(32)}`,
  ])('refuses %j in the environment', (text) => {
    expect(() => keysFromText(text, 'aes-256-gcm')).toThrow(/PII_KEYS|密钥环/);
  });

  it('stops the start when it is damaged, without printing a key', () => {
    const folder = newFolder();
    openPii(config(folder));
    const text = readFileSync(join(folder, 'keys', 'ring.json'), 'utf8');
    const key = (JSON.parse(text) as { keys: { key: string }[] }).keys[0]!.key;
    expect(() => parseKeyRing(text.slice(0, -10))).toThrow('密钥环');
    const short = text.replace(key, key.slice(0, 20));
    expect(() => parseKeyRing(short)).toThrow('密钥环');
    expect(() => parseKeyRing(short)).not.toThrow(key.slice(0, 20));
  });
});
