import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import type { Config } from '../config.ts';
import type { Pii } from '../pii.ts';
import { readSealed, writeSealed, type Written } from './sealed-file.ts';

export interface Stored extends Written {
  /** What `read` and `remove` want; goes into the row's `stored_as`. */
  storedAs: string;
}

/** Where file contents lie, sealed. A local folder; object storage fits behind the same calls. */
export interface FileStore {
  /** Stores bytes under a new name; on disk when it returns, so write the row afterwards. Never overwrites. */
  put(content: Buffer | AsyncIterable<Buffer>): Promise<Stored>;
  read(storedAs: string): Promise<Buffer>;
  /** For larger contents. A damaged file ends the stream with an error. */
  stream(storedAs: string): Readable;
  /** Removing what is not there is no error. */
  remove(storedAs: string): Promise<void>;
}

const safeName = /^[0-9a-f]{64}$/;

/** The name lasts through a power cut only once its folder is on disk too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  await folder.sync().finally(() => folder.close());
}

/** Files at `DATA_DIR/files/<aa>/<sha256 of the sealed bytes as first written>`. */
export function createFileStore(config: Pick<Config, 'dataDir'>, pii: Pii): FileStore {
  const root = join(config.dataDir, 'files');
  const pathOf = (storedAs: string) => {
    if (!safeName.test(storedAs)) throw new Error('unfit name of a stored file');
    return join(root, storedAs.slice(0, 2), storedAs);
  };
  return {
    async put(content) {
      const writing = join(root, 'writing');
      await mkdir(writing, { recursive: true, mode: 0o700 });
      const draft = join(writing, randomUUID());
      try {
        const written = await writeSealed(pii, draft, Buffer.isBuffer(content) ? [content] : content);
        const storedAs = written.sealedSha256.toString('hex');
        const path = pathOf(storedAs);
        const made = await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await rename(draft, path);
        await syncFolder(dirname(path));
        if (made) await syncFolder(root);
        return { ...written, storedAs };
      } finally {
        await rm(draft, { force: true });
      }
    },
    async read(storedAs) {
      const parts: Buffer[] = [];
      for await (const part of readSealed(pii, pathOf(storedAs))) parts.push(part);
      return Buffer.concat(parts);
    },
    stream: (storedAs) => Readable.from(readSealed(pii, pathOf(storedAs)), { objectMode: false }),
    remove: (storedAs) => rm(pathOf(storedAs), { force: true }),
  };
}
