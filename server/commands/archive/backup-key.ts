import { hkdfSync, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { Refusal, type Terminal } from '../command.ts';

const shortestPassphrase = 12;

export type Secret = { kind: 'key' | 'passphrase'; value: Buffer };

/** What the backup is sealed with: `BACKUP_KEY`, `BACKUP_PASSPHRASE`, or what the person at the terminal types. */
export async function readSecret(terminal: Terminal, { twice }: { twice: boolean }): Promise<Secret> {
  const { BACKUP_KEY: key, BACKUP_PASSPHRASE: given } = terminal.env;
  if (key !== undefined) {
    if (!/^[0-9a-f]{64}$/i.test(key))
      throw new Refusal('BACKUP_KEY 要写 64 位十六进制，可用 openssl rand -hex 32 生成');
    return { kind: 'key', value: Buffer.from(key, 'hex') };
  }
  if (given === undefined && !terminal.askSecret)
    throw new Refusal(
      '备份是加密的，请先设置 BACKUP_PASSPHRASE（至少 12 个字符的口令）或 BACKUP_KEY（64 位十六进制）',
    );
  const passphrase = given ?? (await terminal.askSecret!('备份口令：'));
  if ([...passphrase].length < shortestPassphrase)
    throw new Refusal(`备份口令至少 ${shortestPassphrase} 个字符`);
  if (twice && given === undefined && (await terminal.askSecret!('再输入一次：')) !== passphrase)
    throw new Refusal('两次输入的口令不一样，没有备份');
  return { kind: 'passphrase', value: Buffer.from(passphrase.normalize('NFC')) };
}

const derive = (key: Buffer, salt: Buffer, purpose: string) =>
  Buffer.from(hkdfSync('sha256', key, salt, `smart-union backup ${purpose}`, 32));

const stretch = promisify<Buffer, Buffer, number, object, Buffer>(scrypt);

/** The key of one backup. A passphrase is stretched by scrypt with 128 MiB, so that guessing is dear. */
export async function keyOfBackup(secret: Secret, salt: Buffer): Promise<Buffer> {
  if (secret.kind === 'key') return derive(secret.value, salt, 'root');
  return stretch(secret.value, salt, 32, { N: 2 ** 17, r: 8, p: 1, maxmem: 256 * 1024 * 1024 });
}

/** The key of a part, or of the manifest's seal. */
export const partKey = (key: Buffer, name: string) => derive(key, Buffer.alloc(0), `part ${name}`);
