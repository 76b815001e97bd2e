import { createWriteStream } from 'node:fs';
import { mkdir, open, readdir, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Folders of the data folder whose contents the rows refer to. All of it lies sealed there already. */
export const storedFolders = ['files', 'rosters'] as const;

const safePath = /^(files|rosters)(\/[0-9A-Za-z_-]+)+$/;

async function* walk(root: string, path: string): AsyncGenerator<string> {
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const below = `${path}/${entry.name}`;
    // What is half written belongs to no row yet.
    if (entry.name === 'writing' || entry.name.startsWith('draft-')) continue;
    if (entry.isDirectory()) yield* walk(root, below);
    else if (entry.isFile()) yield below;
  }
}

/** Paths below the data folder of all stored files, sealed as they lie there. */
export async function* listStoredFiles(dataDir: string): AsyncGenerator<string> {
  for (const folder of storedFolders) yield* walk(dataDir, folder);
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, 'r');
  } catch (error) {
    // Swept away since it was listed: no row of the snapshot needs it, or it was being thrown away.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Every stored file, one after another: [length of head, 4 bytes][head: path and size as JSON][content]. */
export async function* packFiles(dataDir: string, onFile: () => void): AsyncGenerator<Buffer> {
  for await (const path of listStoredFiles(dataDir)) {
    const file = await openIfThere(join(dataDir, path));
    if (!file) continue;
    try {
      const { size } = await file.stat();
      const head = Buffer.from(JSON.stringify({ path, size }));
      const length = Buffer.alloc(4);
      length.writeUInt32BE(head.length);
      yield Buffer.concat([length, head]);
      if (size > 0)
        yield* file.createReadStream({ end: size - 1, autoClose: false }) as AsyncIterable<Buffer>;
    } finally {
      await file.close();
    }
    onFile();
  }
}

/** Takes exact numbers of bytes from a stream of chunks. */
function takerOf(source: AsyncIterable<Buffer>) {
  const chunks = source[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  const fill = async (): Promise<boolean> => {
    if (rest.length > 0) return true;
    const next = await chunks.next();
    if (next.done) return false;
    rest = next.value;
    return rest.length > 0 || fill();
  };
  return {
    /** Null at the end of the stream. */
    async exactly(bytes: number): Promise<Buffer | null> {
      const parts: Buffer[] = [];
      for (let missing = bytes; missing > 0;) {
        if (!(await fill())) {
          if (missing === bytes) return null;
          throw new Error('the stream of files ended early');
        }
        const part = rest.subarray(0, missing);
        rest = rest.subarray(part.length);
        missing -= part.length;
        parts.push(part);
      }
      return Buffer.concat(parts);
    },
    async *pieces(bytes: number): AsyncGenerator<Buffer> {
      for (let missing = bytes; missing > 0;) {
        if (!(await fill())) throw new Error('the stream of files ended early');
        const part = rest.subarray(0, missing);
        rest = rest.subarray(part.length);
        missing -= part.length;
        yield part;
      }
    },
  };
}

/** Each packed file with its content, which must be taken before the next. */
async function* readPacked(source: AsyncIterable<Buffer>) {
  const taker = takerOf(source);
  for (;;) {
    const length = await taker.exactly(4);
    if (!length) return;
    const head = await taker.exactly(length.readUInt32BE(0));
    const { path, size } = JSON.parse(String(head)) as { path: string; size: number };
    if (!safePath.test(path)) throw new Error(`unfit path in the backup: ${path}`);
    yield { path, pieces: taker.pieces(size) };
  }
}

/** Reads packed files through without keeping them. Returns how many. */
export async function countFiles(source: AsyncIterable<Buffer>): Promise<number> {
  let count = 0;
  for await (const { pieces } of readPacked(source)) {
    for await (const piece of pieces) void piece;
    count += 1;
  }
  return count;
}

/** Writes packed files below `target`. Returns how many. */
export async function unpackFiles(source: AsyncIterable<Buffer>, target: string): Promise<number> {
  let count = 0;
  for await (const { path, pieces } of readPacked(source)) {
    const to = join(target, path);
    await mkdir(dirname(to), { recursive: true, mode: 0o700 });
    const file = createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true });
    await pipeline(Readable.from(pieces, { objectMode: false }), file);
    count += 1;
  }
  return count;
}
