import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { Ctx } from '../context.ts';
import { readSealed, writeSealed } from './sealed-file.ts';

// Parts of an upload wait sealed, each named by where it begins. The row says how far the upload has come; a part that
// was written but whose transaction failed is simply written over.
const folderOf = (ctx: Pick<Ctx, 'config'>, id: string) => join(ctx.config.dataDir, 'files', 'incoming', id);

/** Keeps the bytes that begin at `offset`. */
export async function keepPart(ctx: Ctx, id: string, offset: number, path: string): Promise<void> {
  const folder = folderOf(ctx, id);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = join(folder, `draft-${randomUUID()}`);
  await writeSealed(ctx.pii, draft, createReadStream(path) as AsyncIterable<Buffer>);
  await rename(draft, join(folder, String(offset)));
}

/** The parts put together, from the first byte as far as they reach without a gap. */
export async function joinParts(ctx: Ctx, id: string, size: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  let reached = 0;
  while (reached < size) {
    const before = reached;
    const path = join(folderOf(ctx, id), String(reached));
    const there = await stat(path).then(
      () => true,
      () => false,
    );
    if (!there) break;
    for await (const part of readSealed(ctx.pii, path)) {
      parts.push(part);
      reached += part.length;
    }
    if (reached === before) break;
  }
  return Buffer.concat(parts).subarray(0, size);
}

export const discardParts = (ctx: Pick<Ctx, 'config'>, id: string) =>
  rm(folderOf(ctx, id), { recursive: true, force: true });

const spoolMillis = 3_600_000;

/** Removes request bodies a killed server left behind; one under way is at most a minute old. */
export async function discardSpools(ctx: Ctx): Promise<void> {
  const folder = join(ctx.config.dataDir, 'incoming');
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => null);
    // The file's own clock: a spool is as old as the disk says.
    if (found && Date.now() - found.mtimeMs > spoolMillis) await rm(path, { force: true });
  }
}
