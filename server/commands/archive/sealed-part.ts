import { createCipheriv, createDecipheriv, createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable, Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { z } from 'zod';
import { partKey } from './backup-key.ts';

/** A part is gzip in frames of AES-256-GCM: [last flag and length, 4 bytes][ciphertext][tag, 16 bytes]. */
const frameBytes = 64 * 1024;
const tagBytes = 16;
const lastFlag = 0x8000_0000;

/** Every part has a key of its own, so counting frames never repeats a nonce. */
function nonceOf(frame: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeBigUInt64BE(BigInt(frame), 4);
  return nonce;
}

class Sealing extends Transform {
  readonly #key: Buffer;
  #waiting: Buffer[] = [];
  #size = 0;
  #frame = 0;
  constructor(key: Buffer) {
    super();
    this.#key = key;
  }

  #emit(bytes: Buffer, last: boolean): void {
    const head = Buffer.alloc(4);
    head.writeUInt32BE((bytes.length | (last ? lastFlag : 0)) >>> 0);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonceOf(this.#frame++)).setAAD(head);
    this.push(Buffer.concat([head, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]));
  }

  override _transform(chunk: Buffer, _encoding: string, done: TransformCallback): void {
    this.#waiting.push(chunk);
    this.#size += chunk.length;
    if (this.#size >= frameBytes) {
      const all = Buffer.concat(this.#waiting);
      const whole = all.length - (all.length % frameBytes);
      for (let from = 0; from < whole; from += frameBytes)
        this.#emit(all.subarray(from, from + frameBytes), false);
      this.#waiting = [all.subarray(whole)];
      this.#size = all.length - whole;
    }
    done();
  }

  override _flush(done: TransformCallback): void {
    this.#emit(Buffer.concat(this.#waiting), true);
    done();
  }
}

export const partShape = z.object({
  name: z.string().regex(/^[a-z0-9_.-]+$/),
  /** Of the sealed file. */
  bytes: z.int(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Part = z.output<typeof partShape>;

/** The backup is not as it was made: which part, and what is wrong with it. */
export class DamagedBackupError extends Error {
  readonly part: string;
  constructor(part: string, why: string) {
    super(
      `备份损坏，没有恢复任何内容：${part}（${why}）。请换一份备份再试。\n` +
        `This backup is damaged (${part}); nothing was restored. Use another one.`,
    );
    this.name = 'DamagedBackupError';
    this.part = part;
  }
}

export const pathOfPart = (folder: string, name: string) => join(folder, `${name}.sealed`);

/** Writes a part, compressed and sealed; on disk when it returns. */
export async function writePart(folder: string, name: string, key: Buffer, source: Readable): Promise<Part> {
  const hash = createHash('sha256');
  let bytes = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  const file = createWriteStream(pathOfPart(folder, name), { flags: 'wx', mode: 0o600, flush: true });
  await pipeline(source, createGzip({ level: 1 }), new Sealing(partKey(key, name)), counting, file);
  return { name, bytes, sha256: hash.digest('hex') };
}

async function* openFrames(folder: string, part: Part, key: Buffer): AsyncGenerator<Buffer> {
  const own = partKey(key, part.name);
  const damaged = (why: string) => new DamagedBackupError(part.name, why);
  let [rest, frame, ended] = [Buffer.alloc(0) as Buffer, 0, false];
  for await (const chunk of createReadStream(pathOfPart(folder, part.name)) as AsyncIterable<Buffer>) {
    if (ended) throw damaged('末尾多出内容');
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    while (rest.length >= 4) {
      const head = rest.readUInt32BE(0);
      const size = head & ~lastFlag;
      if (size > frameBytes) throw damaged('内容被改动');
      if (rest.length < 4 + size + tagBytes) break;
      const opener = createDecipheriv('aes-256-gcm', own, nonceOf(frame++), { authTagLength: tagBytes });
      opener.setAAD(rest.subarray(0, 4)).setAuthTag(rest.subarray(4 + size, 4 + size + tagBytes));
      try {
        const plain = Buffer.concat([opener.update(rest.subarray(4, 4 + size)), opener.final()]);
        if (plain.length > 0) yield plain;
      } catch {
        throw damaged('内容被改动');
      }
      rest = rest.subarray(4 + size + tagBytes);
      if (head >= lastFlag) {
        ended = true;
        break;
      }
    }
  }
  if (!ended) throw damaged('文件不完整');
  if (rest.length > 0) throw damaged('末尾多出内容');
}

/** The plain content of a part. Ends with DamagedBackupError when it is not as it was written. */
export function readPart(folder: string, part: Part, key: Buffer): Readable {
  const plain = createGunzip();
  pipeline(Readable.from(openFrames(folder, part, key), { objectMode: false }), plain).catch((error: Error) =>
    plain.destroy(error),
  );
  return plain;
}

/** Reads a part's file through and compares it with the manifest. @throws DamagedBackupError */
export async function verifyPart(folder: string, part: Part): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    for await (const chunk of createReadStream(pathOfPart(folder, part.name)) as AsyncIterable<Buffer>) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new DamagedBackupError(part.name, '文件不见了');
  }
  if (bytes !== part.bytes) throw new DamagedBackupError(part.name, `大小应为 ${part.bytes}，实为 ${bytes}`);
  if (hash.digest('hex') !== part.sha256) throw new DamagedBackupError(part.name, 'SHA-256 不符');
}
