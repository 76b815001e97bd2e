import pg from 'pg';
import { openLanes } from './kernel/audit.ts';
import { listFederations } from './kernel/app.ts';
import { uuidV7 } from './kernel/clock.ts';
import { inSystemContext, type Federation, type Platform } from './kernel/context.ts';
import { appRole, migrate } from './kernel/migrations.ts';
import { seedCalendar } from './kernel/calendar.ts';
import { publishCatalogue } from './modules/cases/index.ts';

/** Owner's connection for as long as `work` takes: the pool acts as the application's role, which owns nothing. */
async function asOwner<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Brings every schema up to date. `folder` is db/migrations. Returns what was applied. */
export function migrateAll(url: string, folder: string, now: Date): Promise<string[]> {
  return asOwner(url, (client) => migrate(client, folder, now));
}

export interface NewFederation {
  /** Short name in URLs and the schema's name: letters, digits, hyphens. */
  code: string;
  name: string;
}

/** Creates a federation: its schema, tables, audit lanes, holidays and published catalogue. Refuses a code in use. */
export async function createFederation(
  platform: Platform,
  folder: string,
  wanted: NewFederation,
): Promise<Federation> {
  if (!/^[a-z][a-z0-9-]{1,40}$/.test(wanted.code))
    throw new Error('代码用小写字母开头，只含小写字母、数字和横线');
  const known = await listFederations(platform);
  if (known.some((federation) => federation.code === wanted.code))
    throw new Error(`已有代码为 ${wanted.code} 的总工会`);
  const now = platform.clock.now();
  const schema = `fed_${wanted.code.replaceAll('-', '_')}`;
  const federation: Federation = { id: uuidV7(now), code: wanted.code, name: wanted.name, schema };
  await asOwner(platform.database.ownerUrl, async (client) => {
    await migrate(client, folder, now, schema);
    await client.query(`grant usage on schema "${schema}" to ${appRole}`);
  });
  await inSystemContext(platform, federation, '系统', async (ctx) => {
    await openLanes(ctx);
    await seedCalendar(ctx);
    await publishCatalogue(ctx);
  });
  // Last, so that a federation is listed only when it is whole; a half-made one is completed by calling again.
  await asOwner(platform.database.ownerUrl, (client) =>
    client.query(
      'insert into platform.federation (id, code, name, schema_name, created_at) values ($1, $2, $3, $4, $5)',
      [federation.id, federation.code, federation.name, schema, now],
    ),
  );
  return federation;
}

/** Removes a federation whole: for a demo whose loading was cut off. */
export function dropFederation(url: string, code: string): Promise<void> {
  return asOwner(url, async (client) => {
    const schema = `fed_${code.replaceAll('-', '_')}`;
    await client.query(`drop schema if exists "${schema}" cascade`);
    await client.query('delete from platform.migration where schema_name = $1', [schema]);
    await client.query('delete from platform.federation where code = $1', [code]);
  });
}
