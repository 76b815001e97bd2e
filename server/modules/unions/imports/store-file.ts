import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ctx } from '../../../kernel/context.ts';
import { DomainError } from '../../../kernel/errors.ts';

const place = (importId: string) => ({ table: 'roster_import', column: 'file', row: importId });
const pathOf = (ctx: Ctx, importId: string) => join(ctx.config.dataDir, 'rosters', importId);

/** Keeps a roster between preview and commit, sealed: it is nothing but ID numbers and phones. Returns its name. */
export async function keepFile(ctx: Ctx, importId: string, bytes: Buffer): Promise<string> {
  await mkdir(join(ctx.config.dataDir, 'rosters'), { recursive: true, mode: 0o700 });
  await writeFile(pathOf(ctx, importId), ctx.pii.sealBytes(place(importId), bytes), {
    mode: 0o600,
    flush: true,
  });
  return `rosters/${importId}`;
}

/** Throws `import-stale` when the file is gone, so that the person sends it again. */
export async function readKeptFile(ctx: Ctx, importId: string): Promise<Buffer> {
  try {
    return ctx.pii.unsealBytes(place(importId), await readFile(pathOf(ctx, importId)));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new DomainError('import-stale');
  }
}

/** Removes the file once the transaction has committed. */
export function dropFileAfter(ctx: Ctx, importId: string): void {
  ctx.afterCommit(
    () =>
      void dropFile(ctx, importId).catch((error: unknown) =>
        ctx.log.error({ err: error }, 'a roster was not removed'),
      ),
  );
}

async function dropFile(ctx: Ctx, importId: string): Promise<void> {
  await rm(pathOf(ctx, importId), { force: true });
}
