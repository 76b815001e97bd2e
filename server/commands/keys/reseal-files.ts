import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { firstHeaderOf, readSealed, writeSealed } from '../../kernel/files/sealed-file.ts';
import type { Pii } from '../../kernel/pii.ts';
import { listStoredFiles } from '../archive/stored-files.ts';

const isRoster = (path: string) => path.startsWith('rosters/');
/** Parts of an upload under way: somebody may be writing them. They are gone within two days (see files/sweep). */
const isPart = (path: string) => path.startsWith('files/incoming/');

async function headerOf(dataDir: string, path: string): Promise<number | null> {
  if (!isRoster(path)) return firstHeaderOf(join(dataDir, path));
  const file = await open(join(dataDir, path), 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(1), 0, 1, 0);
    return bytesRead === 1 ? buffer[0]! : null;
  } finally {
    await file.close();
  }
}

const gone = (error: unknown) => (error as NodeJS.ErrnoException).code === 'ENOENT';

export interface FileUsage {
  header: number | null;
  path: string;
  /** Whether it is a part of an upload, which is not sealed anew but swept. */
  passing: boolean;
}

/** Every sealed file with the first byte of its seal. */
export async function* usageOfFiles(dataDir: string): AsyncGenerator<FileUsage> {
  for await (const path of listStoredFiles(dataDir)) {
    try {
      yield { path, header: await headerOf(dataDir, path), passing: isPart(path) };
    } catch (error) {
      // Swept away since it was listed.
      if (!gone(error)) throw error;
    }
  }
}

async function resealFile(pii: Pii, dataDir: string, path: string): Promise<void> {
  const writing = join(dataDir, 'files', 'writing');
  await mkdir(writing, { recursive: true, mode: 0o700 });
  const [from, draft] = [join(dataDir, path), join(writing, randomUUID())];
  try {
    if (isRoster(path)) {
      const place = { table: 'roster_import', column: 'file', row: basename(path) };
      const sealed = pii.sealBytes(place, pii.unsealBytes(place, await readFile(from)));
      await writeFile(draft, sealed, { mode: 0o600, flag: 'wx', flush: true });
    } else await writeSealed(pii, draft, readSealed(pii, from));
    // Removed meanwhile: it must not come back.
    await stat(from);
    await rename(draft, from);
    const folder = await open(dirname(from), 'r');
    await folder.sync().finally(() => folder.close());
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Seals every stored file with today's key, each put in the old one's place by one rename under the name its row knows:
 * who reads at that moment reads on in the old one. Returns the paths of files that cannot be opened.
 */
export async function resealFiles(pii: Pii, dataDir: string, onFile: () => void): Promise<string[]> {
  const unreadable: string[] = [];
  for await (const { path, header, passing } of usageOfFiles(dataDir)) {
    if (passing || header === pii.header()) continue;
    try {
      await resealFile(pii, dataDir, path);
      onFile();
    } catch (error) {
      if (!gone(error)) unreadable.push(path);
    }
  }
  return unreadable;
}
