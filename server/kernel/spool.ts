import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DomainError } from './errors.ts';

/** The disk takes no more, or has become unwritable: ours to tell, not the sender's fault. */
export const unwritable = /^(ENOSPC|EDQUOT|EFBIG|EROFS|EIO)$/;

/** A request body on disk. Whoever wants to keep it renames it away; what is left is removed after the call. */
export interface Spooled {
  path: string;
  size: number;
  discard(): Promise<void>;
}

/** Writes an octet stream of at most `limit` bytes below `dataDir`. Throws `body-too-large`; leaves nothing behind. */
export async function spool(body: unknown, dataDir: string, limit: number): Promise<Spooled> {
  // A body of no bytes arrives as none: an empty file, which its reader has better words for.
  const stream = (body ?? Readable.from([])) as Readable;
  if (typeof stream.pipe !== 'function') throw new DomainError('media-unsupported');
  const folder = join(dataDir, 'incoming');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, randomUUID());
  let size = 0;
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      size += chunk.length;
      if (size > limit) next(new DomainError('body-too-large'));
      else next(null, chunk);
    },
  });
  const discard = () => rm(path, { force: true });
  try {
    await pipeline(stream, counting, createWriteStream(path, { mode: 0o600 }));
  } catch (error) {
    await discard();
    const ours = error instanceof DomainError || unwritable.test((error as NodeJS.ErrnoException).code ?? '');
    throw ours ? error : new DomainError('body-unreadable');
  }
  return { path, size, discard };
}
