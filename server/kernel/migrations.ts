import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
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
    await client.query('begin');
    try {
      await client.query(`set local search_path to "${schema}"`);
      for (const statement of migration.statements) {
        await client.query(statement.replaceAll(':schema', `"${schema}"`));
      }
      await client.query(
        'insert into platform.migration (schema_name, name, checksum, applied_at) values ($1, $2, $3, $4)',
        [schema, migration.name, migration.checksum, now],
      );
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw new Error(`migration ${migration.name} failed on ${schema}`, { cause: error });
    }
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
    const done = await apply(client, 'platform', await readMigrations(folder, (m) => m === 'platform'), now);
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
    for (const statement of migration.statements)
      await client.query(statement.replaceAll(':schema', `"${schema}"`));
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
