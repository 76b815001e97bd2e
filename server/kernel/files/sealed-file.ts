import { createHash, randomBytes } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import { DomainError } from '../errors.ts';
import type { Pii } from '../pii.ts';

const segmentBytes = 256 * 1024;
const saltBytes = 16;
const lengthBytes = 4;
/** No segment is longer than its text and what either suite adds. */
const longestSegment = segmentBytes + 256;

/**
 * A sealed file is a salt and segments, each with its length before it. Every file has a key of its own, derived from
 * its salt; every segment knows its number and whether it is the last, so that none can be changed, moved or cut off.
 */
const placeOf = (salt: Buffer, index: number, last: boolean) => ({
  table: `file ${salt.toString('hex')}`,
  column: last ? 'last' : 'part',
  row: String(index),
});

async function* inSegments(source: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let size = 0;
  for await (const chunk of source) {
    held.push(chunk);
    size += chunk.length;
    // One segment stays back until it is known not to be the last.
    while (size > segmentBytes) {
      const all = Buffer.concat(held);
      yield all.subarray(0, segmentBytes);
      held = [all.subarray(segmentBytes)];
      size -= segmentBytes;
    }
  }
  yield Buffer.concat(held);
}

export interface Written {
  /** SHA-256 of the sealed bytes as first written: names the file, also after it was sealed with a new key. */
  sealedSha256: Buffer;
  /** SHA-256 of the text: tells two equal receipts. */
  sha256: Buffer;
  /** Bytes of the text. */
  size: number;
}

/** Seals `source` into a new file at `path` (fails when it exists) and returns when it is on disk (fsync). */
export async function writeSealed(
  pii: Pii,
  path: string,
  source: AsyncIterable<Buffer> | Iterable<Buffer>,
): Promise<Written> {
  const file = await open(path, 'wx', 0o600);
  try {
    const [plain, sealed] = [createHash('sha256'), createHash('sha256')];
    const salt = randomBytes(saltBytes);
    let size = 0;
    const write = async (bytes: Buffer) => {
      sealed.update(bytes);
      await file.write(bytes);
    };
    await write(salt);
    const add = async (segment: Buffer, index: number, last: boolean) => {
      plain.update(segment);
      size += segment.length;
      const body = pii.sealBytes(placeOf(salt, index, last), segment);
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt32BE(body.length);
      await write(Buffer.concat([length, body]));
    };
    let held: Buffer | null = null;
    let index = 0;
    for await (const segment of inSegments(source)) {
      if (held) await add(held, index++, false);
      held = segment;
    }
    await add(held ?? Buffer.alloc(0), index, true);
    await file.sync();
    return { sealedSha256: sealed.digest(), sha256: plain.digest(), size };
  } finally {
    await file.close();
  }
}

async function readExactly(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  if (bytesRead !== length) throw new DomainError('sealed-unreadable');
  return bytes;
}

/** First byte of the first segment's seal: which key and suite the file needs. Null when the file is cut short. */
export async function firstHeaderOf(path: string): Promise<number | null> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, saltBytes + lengthBytes);
    return bytesRead === 1 ? buffer[0]! : null;
  } finally {
    await file.close();
  }
}

/** The text of a sealed file, segment by segment, each verified before it is given out. Throws `sealed-unreadable`. */
export async function* readSealed(pii: Pii, path: string): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const salt = await readExactly(file, 0, saltBytes);
    let position = saltBytes;
    for (let index = 0; ; index += 1) {
      const length = (await readExactly(file, position, lengthBytes)).readUInt32BE();
      if (length > longestSegment) throw new DomainError('sealed-unreadable');
      const body = await readExactly(file, position + lengthBytes, length);
      position += lengthBytes + length;
      const last = position >= size;
      yield pii.unsealBytes(placeOf(salt, index, last), body);
      if (last) return;
    }
  } finally {
    await file.close();
  }
}
