import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import type pg from 'pg';
import { z } from 'zod';
import type { Contract, ReplyOf } from '@smart-union/contract';
import type { Config } from '../config.ts';
import type { Ctx } from '../context.ts';

type Overview = ReplyOf<Contract['system']['overview']>;

export interface Backup {
  id: string;
  startedAt: Date;
  finishedAt: Date;
  sizeBytes: number;
  rows: number;
  files: number;
  withKeys: boolean;
}

/** Writes down that a backup was made; `client` is the owner's. Call it when the last part is on disk. */
export async function noteBackup(client: Pick<pg.ClientBase, 'query'>, made: Backup): Promise<void> {
  await client.query(
    `insert into platform.backup
      (id, started_at, finished_at, size_bytes, row_count, file_count, with_keys)
    values ($1, $2, $3, $4, $5, $6, $7)`,
    [made.id, made.startedAt, made.finishedAt, made.sizeBytes, made.rows, made.files, made.withKeys],
  );
}

/** Writes down that a backup was proved by a restore. Returns false when it was made elsewhere, so that no record of it is here. */
export async function noteVerified(
  client: Pick<pg.ClientBase, 'query'>,
  id: string,
  at: Date,
): Promise<boolean> {
  const noted = await client.query('update platform.backup set verified_at = $2 where id = $1', [id, at]);
  return noted.rowCount === 1;
}

interface BackupRow {
  finished_at: Date;
  size_bytes: number;
  row_count: number;
  file_count: number;
  with_keys: boolean;
  verified_at: Date | null;
}

/** The latest backups of the whole platform, newest first. */
export async function listBackups(ctx: Ctx): Promise<Overview['backups']> {
  const found = await sql<BackupRow>`
    select finished_at, size_bytes, row_count, file_count, with_keys, verified_at
    from platform.backup order by finished_at desc limit 5`.execute(ctx.db);
  return found.rows.map((row) => ({
    finishedAt: row.finished_at.toISOString(),
    sizeBytes: row.size_bytes,
    rows: row.row_count,
    files: row.file_count,
    withKeys: row.with_keys,
    verifiedAt: row.verified_at?.toISOString() ?? null,
  }));
}

/** Of the ring only what is no secret: which versions there are, and since when. */
const ringOutline = z.object({
  keys: z.array(z.object({ version: z.int(), madeAt: z.string().optional() })),
});

async function versionsOf(config: Config): Promise<{ version: number; madeAt?: string | undefined }[]> {
  if (config.piiKeys)
    return [...config.piiKeys.matchAll(/(?:^|,)\s*(\d+):/g)].map((match) => ({ version: Number(match[1]) }));
  const text = await readFile(join(config.dataDir, 'keys/ring.json'), 'utf8');
  return ringOutline.parse(JSON.parse(text)).keys;
}

/** Each key's age, newest first. A key from before rings kept their dates is as old as the database's use of the ring. */
export async function listKeys(ctx: Ctx): Promise<Overview['keys']> {
  const found = await sql<{ since: Date }>`select since from platform.key_ring`.execute(ctx.db);
  const first = found.rows[0]?.since ?? null;
  const versions = (await versionsOf(ctx.config)).toSorted((one, other) => other.version - one.version);
  const oldest = versions.at(-1)?.version;
  return versions.map(({ version, madeAt }) => {
    const since = madeAt ? new Date(madeAt) : version === oldest ? first : null;
    const days = since && Math.floor((ctx.now.getTime() - since.getTime()) / 86_400_000);
    return { version, since: since?.toISOString() ?? null, days };
  });
}
