import type pg from 'pg';
import type { Scope } from '../db.ts';
import type { Line } from './connection.ts';

const safePath = /^f(\.[0-9]+)*$/;
const safeId = /^[0-9a-f-]{36}$/;
const safeSchema = /^[a-z][a-z0-9_]*$/;

/** The SET LOCAL statements that bind a transaction to a federation and a scope. Values are checked, then quoted. */
export function bindings(schema: string, scope: Scope): string[] {
  if (!safeSchema.test(schema)) throw new Error('unsafe schema name');
  const paths = scope.paths.filter((path) => safePath.test(path));
  if (paths.length !== scope.paths.length) throw new Error('unsafe path');
  const set = [`set local search_path to "${schema}"`];
  const first = paths[0];
  if (first) set.push(`set local app.scope to '${first}'`);
  if (paths.length > 1) set.push(`set local app.scopes to '${paths.join(' ')}'`);
  if (scope.memberId && safeId.test(scope.memberId)) set.push(`set local app.member to '${scope.memberId}'`);
  if (scope.accountId && safeId.test(scope.accountId))
    set.push(`set local app.account to '${scope.accountId}'`);
  return set;
}

const sharded = new WeakSet<pg.Pool>();

/** Finds out, once, whether a pool's database is a Citus coordinator. A database that does not answer counts as plain. */
export async function lookForCitus(pool: pg.Pool): Promise<void> {
  const asked = `select current_setting('citus.enable_schema_based_sharding', true) is not null as yes`;
  const found = await pool.query<{ yes: boolean }>(asked).catch(() => null);
  if (found?.rows[0]?.yes) sharded.add(pool);
}

/**
 * Begins a transaction bound to federation and scope, and ends the one before where it was left to us. One message: BEGIN
 * and SET LOCAL have nothing to answer, and each apart costs a round of protocol on both sides. Citus passes the text of a
 * SET LOCAL on to its workers, and of a message with several statements it takes all of it, COMMIT and BEGIN as well: there
 * each is sent by itself, still without waiting for one another.
 */
export function begin(
  pool: pg.Pool,
  client: pg.PoolClient,
  line: Line,
  { schema, scope }: { schema: string; scope: Scope },
): Promise<unknown> {
  const before = line.unfinished ? ['commit'] : [];
  line.unfinished = false;
  line.wrote = false;
  const statements = [...before, 'begin', ...bindings(schema, scope)];
  if (!sharded.has(pool)) return client.query(statements.join('; '));
  return Promise.all(statements.map((statement) => client.query(statement)));
}
