import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type pg from 'pg';

interface Migration {
  name: string;
  checksum: string;
  statements: string[];
}

/**
 * Splits a migration into statements. Ours are plain SQL without function bodies, so a semicolon at the end of a line
 * ends a statement. One statement per call: multi-statement strings break on Citus.
 */
export function statementsOf(text: string): string[] {
  return text
    .replace(/^[ \t]*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter(Boolean);
}

async function readMigrations(folder: string, modules: (module: string) => boolean): Promise<Migration[]> {
  const found: Migration[] = [];
  for (const module of (await readdir(folder)).toSorted()) {
    if (!modules(module)) continue;
    for (const file of await readdir(join(folder, module))) {
      if (!file.endsWith('.sql')) continue;
      const text = await readFile(join(folder, module, file), 'utf8');
      const checksum = createHash('sha256').update(text).digest('hex');
      found.push({ name: `${file.slice(0, -4)} (${module})`, checksum, statements: statementsOf(text) });
    }
  }
  // Numbers run over all modules, so the order of the files is the order of their numbers.
  return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

async function applied(client: pg.ClientBase, schema: string): Promise<Map<string, string>> {
  const exists = await client.query(`select to_regclass('platform.migration') is not null as yes`);
  if (!exists.rows[0].yes) return new Map();
  const rows = await client.query('select name, checksum from platform.migration where schema_name = $1', [
    schema,
  ]);
  return new Map(rows.rows.map((row: { name: string; checksum: string }) => [row.name, row.checksum]));
}

const note =
  'insert into platform.migration (schema_name, name, checksum, applied_at) values ($1, $2, $3, $4)';

/**
 * An index may be built without a lock, but then not in a transaction: it stands alone in its file (a rule of tests/architecture).
 * One that was left half built by a break is made anew.
 */
async function buildIndex(client: pg.ClientBase, schema: string, statement: string): Promise<void> {
  const name = /\bconcurrently (?:if not exists )?"?(\w+)"? on\b/i.exec(statement)?.[1];
  const half = await client.query(
    `select 1 from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and c.relname = $2 and not i.indisvalid`,
    [schema, name],
  );
  await client.query(`set search_path to "${schema}"`);
  try {
    if (half.rowCount) await client.query(`drop index concurrently "${name}"`);
    await client.query(statement.replace(/\bconcurrently (?!if not exists)/i, 'concurrently if not exists '));
  } finally {
    await client.query('reset search_path');
  }
}

const isConcurrent = (statement: string) => /^create (unique )?index concurrently\b/i.test(statement);

/** Others wait behind a lock that is waited for: so nobody waits long for one, but again and again. */
const lockPatience = '2s';

async function applyOne(
  client: pg.ClientBase,
  schema: string,
  { name, checksum, statements }: Migration,
  now: Date,
): Promise<void> {
  const noted = [schema, name, checksum, now];
  if (statements.length === 1 && isConcurrent(statements[0]!)) {
    await buildIndex(client, schema, statements[0]!);
    await client.query(note, noted);
    return;
  }
  await client.query('begin');
  try {
    await client.query(`set local search_path to "${schema}"`);
    await client.query(`set local lock_timeout to '${lockPatience}'`);
    for (const statement of statements) await client.query(statement.replaceAll(':schema', `"${schema}"`));
    await client.query(note, noted);
    await client.query('commit');
  } catch (error) {
    await client.query('rollback');
    throw error;
  }
}

/** lock_not_available, deadlock_detected. */
const inTheWay = new Set(['55P03', '40P01']);
const tries = 60;
const pauseMillis = 1000;

async function withPatience(work: () => Promise<void>): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      // Somebody reads or writes for long, or holds what we want and wants what we hold. Those behind us go first.
      if (!inTheWay.has((error as { code?: string }).code ?? '') || attempt === tries) throw error;
      await setTimeout(pauseMillis);
    }
  }
}

async function apply(
  client: pg.ClientBase,
  schema: string,
  migrations: Migration[],
  now: Date,
): Promise<string[]> {
  const before = await applied(client, schema);
  const done: string[] = [];
  for (const migration of migrations) {
    const checksum = before.get(migration.name);
    if (checksum === migration.checksum) continue;
    if (checksum)
      throw new Error(`migration ${migration.name} was changed after it had been applied to ${schema}`);
    await withPatience(() => applyOne(client, schema, migration, now)).catch((error: unknown) => {
      throw new Error(`migration ${migration.name} failed on ${schema}`, { cause: error });
    });
    done.push(migration.name);
  }
  return done;
}

/** Lock number of all who migrate, so that two servers starting at once do it one after the other. */
const migrationLock = 7_201_960_501;

export const appRole = 'smart_union_app';

/**
 * Brings the platform schema and every federation's schema up to date. `client` is the owner's connection.
 * Returns the names of what was applied. Throws when an applied file was edited.
 */
export async function migrate(
  client: pg.ClientBase,
  folder: string,
  now: Date,
  newSchema?: string,
): Promise<string[]> {
  await client.query('select pg_advisory_lock($1)', [migrationLock]);
  try {
    await requireAppRole(client);
    // On Citus this schema stays on the coordinator; elsewhere the setting means nothing.
    await client.query('set citus.enable_schema_based_sharding to off');
    const done = await apply(client, 'platform', await readMigrations(folder, (m) => m === 'platform'), now);
    await client.query('set citus.enable_schema_based_sharding to default');
    await client.query(`grant usage on schema platform to ${appRole}`);
    await client.query(`grant select on platform.federation, platform.migration to ${appRole}`);
    const federation = await readMigrations(folder, (m) => m !== 'platform');
    const schemas = await client.query('select schema_name from platform.federation order by schema_name');
    const names = new Set(schemas.rows.map((row: { schema_name: string }) => row.schema_name));
    if (newSchema) {
      await client.query(`create schema if not exists "${newSchema}"`);
      names.add(newSchema);
    }
    for (const schema of names) done.push(...(await apply(client, schema, federation, now)));
    return done;
  } finally {
    await client.query('select pg_advisory_unlock($1)', [migrationLock]);
  }
}

/**
 * Names of migrations in `folder` that some schema still lacks. What the database has beyond them is a newer server's,
 * which this one works beside. `client` may be the application's role.
 */
export async function listMissing(client: Pick<pg.ClientBase, 'query'>, folder: string): Promise<string[]> {
  const schemas = await client.query<{ schema: string }>(
    'select schema_name as schema from platform.federation',
  );
  const rows = await client.query<{ schema: string; name: string }>(
    'select schema_name as schema, name from platform.migration',
  );
  const have = new Set(rows.rows.map(({ schema, name }) => `${schema} ${name}`));
  const wanted = async (schema: string) =>
    (await readMigrations(folder, (module) => (module === 'platform') === (schema === 'platform')))
      .map(({ name }) => `${schema} ${name}`)
      .filter((one) => !have.has(one));
  const missing = await Promise.all(['platform', ...schemas.rows.map(({ schema }) => schema)].map(wanted));
  return missing.flat();
}

export interface AppliedMigration {
  name: string;
  checksum: string;
}

/**
 * Builds a schema as it was when just these migrations had been applied to it, in the caller's transaction; for a restore,
 * which then fills the tables – `platform.migration` among them. Throws when one is unknown here or has been edited.
 */
export async function rebuildSchema(
  client: pg.ClientBase,
  folder: string,
  schema: string,
  wanted: readonly AppliedMigration[],
): Promise<void> {
  await requireAppRole(client);
  const known = await readMigrations(folder, (module) => (module === 'platform') === (schema === 'platform'));
  const missing = wanted.find(
    ({ name, checksum }) => !known.some((one) => one.name === name && one.checksum === checksum),
  );
  if (missing) throw new Error(`这份备份来自另一版本的程序（迁移 ${missing.name}），请先升级程序再恢复`);
  await client.query(`create schema if not exists "${schema}"`);
  await client.query(`set local search_path to "${schema}"`);
  for (const migration of known.filter(({ name }) => wanted.some((one) => one.name === name))) {
    // In a transaction, and with nobody to wait: without `concurrently`.
    for (const statement of migration.statements)
      await client.query(statement.replace(/ concurrently\b/i, '').replaceAll(':schema', `"${schema}"`));
  }
}

async function requireAppRole(client: pg.ClientBase): Promise<void> {
  const role = await client.query('select 1 from pg_roles where rolname = $1', [appRole]);
  if (role.rowCount !== 0) return;
  try {
    await client.query(`create role ${appRole} nologin`);
  } catch (error) {
    // Another database of the same cluster may have made it between our look and our create.
    if ((error as { code?: string }).code !== '42710' && (error as { code?: string }).code !== '23505')
      throw error;
  }
  await client.query(`grant ${appRole} to current_user`);
}
