import type pg from 'pg';
import type { Scope } from '../db.ts';
import type { Asked, Binding } from './conversation.ts';

const safePath = /^f(\.[0-9]+)*$/;
const safeId = /^[0-9a-f-]{36}$/;
const safeSchema = /^[a-z][a-z0-9_]*$/;

/** What a transaction is set to; '' is nothing. Values are checked, so they may stand in a text as they are. */
function settingsOf(schema: string, scope: Scope) {
  if (!safeSchema.test(schema)) throw new Error('unsafe schema name');
  const { paths, memberId, accountId } = scope;
  if (!paths.every((path) => safePath.test(path))) throw new Error('unsafe path');
  for (const id of [memberId, accountId]) if (id && !safeId.test(id)) throw new Error('unsafe id');
  return {
    search_path: `"${schema}"`,
    'app.scope': paths[0] ?? '',
    'app.scopes': paths.length > 1 ? paths.join(' ') : '',
    'app.member': memberId ?? '',
    'app.account': accountId ?? '',
  };
}

/** All of them in one statement, prepared once. None is null, so every part is evaluated and no row answered. */
export const bindAll = `select where set_config('search_path', $1, true) is null
  or set_config('app.scope', $2, true) is null or set_config('app.scopes', $3, true) is null
  or set_config('app.member', $4, true) is null or set_config('app.account', $5, true) is null`;

const sharded = new WeakSet<pg.Pool>();

/** Finds out, once, whether a pool's database is a Citus coordinator. A database that does not answer counts as plain. */
export async function lookForCitus(pool: pg.Pool): Promise<void> {
  const asked = `select current_setting('citus.enable_schema_based_sharding', true) is not null as yes`;
  const found = await pool.query<{ yes: boolean }>(asked).catch(() => null);
  if (found?.rows[0]?.yes) sharded.add(pool);
}

/**
 * Binds to federation and scope until the end of the transaction. Citus tells its workers of every SET LOCAL in an explicit
 * transaction, and of no set_config: there all work is in one, and each setting a statement by itself.
 */
export function bindingOf(pool: pg.Pool, schema: string, scope: Scope): Binding {
  const settings = settingsOf(schema, scope);
  if (!sharded.has(pool))
    return { statements: [{ sql: bindAll, parameters: Object.values(settings) }], explicit: false };
  const statements = Object.entries(settings).map(([name, value]): Asked => {
    const assigned = name === 'search_path' ? `to ${value}` : `to '${value}'`;
    return { sql: `set local ${name} ${assigned}`, parameters: [], name: null };
  });
  return { statements, explicit: true };
}
