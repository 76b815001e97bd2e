import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(scrypt) as (
  password: string,
  salt: Buffer,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>;

// OWASP Password Storage Cheat Sheet: scrypt N=2^16, r=8, p=2 (64 MB) or stronger; ours is one of its equivalents.
const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 128 * 1024 * 1024 };

/** `scrypt$N$r$p$salt$hash`, so that the cost can rise later without locking anybody out. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const hash = await derive(password.normalize('NFKC'), salt, 32, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), hash.toString('base64')].join('$');
}

export async function isPassword(password: string, stored: string): Promise<boolean> {
  const [, n, r, p, salt, hash] = stored.split('$');
  if (!n || !r || !p || !salt || !hash) return false;
  const options = { N: Number(n), r: Number(r), p: Number(p), maxmem: cost.maxmem };
  const derived = await derive(password.normalize('NFKC'), Buffer.from(salt, 'base64'), 32, options);
  return timingSafeEqual(derived, Buffer.from(hash, 'base64'));
}

/** Compared against when there is no such account, so that a wrong name costs as long as a wrong password. */
export const nobodysHash = hashPassword(randomBytes(24).toString('hex'));

const common =
  /^(?:1234567890|0123456789|password|qwertyuiop|1q2w3e4r5t|abcdefghij|88888888|66666666|gonghui)/i;

/** Is it long and strange enough? The user's own name in it is not. */
export function isStrong(password: string, username: string): boolean {
  const kinds = new Set(password).size;
  return (
    password.length >= 10 &&
    kinds >= 5 &&
    !common.test(password) &&
    !password.toLowerCase().includes(username.toLowerCase())
  );
}

/** Readable first password: four groups of four, no letters that look alike. */
export function firstPassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const bytes = randomBytes(16);
  const text = [...bytes].map((byte) => letters[byte % letters.length]).join('');
  return text.replace(/(.{4})(?=.)/g, '$1-');
}
