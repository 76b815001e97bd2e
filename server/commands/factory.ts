import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import { dropDatabase, makeDatabase } from '../../tests/database/own-database.ts';
import { root } from '../../tests/database/template.ts';
import type { Terminal } from './command.ts';
import { runCommand } from './run-command.ts';

const keys = `1:${'7c'.repeat(32)}`;
const made: string[] = [];

/** A database with nothing in it, on the same server. */
export async function emptyDatabase(): Promise<string> {
  const { adminUrl } = inject('template');
  const name = `su_restore_${randomBytes(6).toString('hex')}`;
  made.push(name);
  return makeDatabase(adminUrl, name);
}

/** Ends them all. */
export async function dropDatabases(): Promise<void> {
  for (const name of made.splice(0)) await dropDatabase(inject('template').adminUrl, name);
}

/** The command line on a database and a data folder, as somebody at a terminal has it. */
export function at(url: string, dataDir: string, env: NodeJS.ProcessEnv = {}) {
  const said = { out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => void (said.out += text),
    err: (text) => void (said.err += text),
    isTty: false,
    root,
    env: {
      DATABASE_URL: url,
      DATA_DIR: dataDir,
      PII_KEYS: keys,
      DEMO: '0',
      BACKUP_KEY: 'ab'.repeat(32),
      ...env,
    },
  };
  return async (...args: string[]) => ({ code: await runCommand(args, terminal), ...said });
}

/** A hash of every table's rows, whatever their order. */
export async function hashesOf(url: string): Promise<Record<string, string>> {
  const client = new pg.Client({ connectionString: url, options: '-c timezone=UTC' });
  await client.connect();
  const tables = await client.query<{ name: string }>(
    `select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables
     where schemaname = 'platform' or schemaname like 'fed\\_%' order by 1`,
  );
  const hashes: Record<string, string> = {};
  for (const { name } of tables.rows) {
    const found = await client.query<{ hash: string }>(
      `select count(*) || ' ' || md5(coalesce(string_agg(md5(t::text), '' order by md5(t::text)), '')) as hash from ${name} t`,
    );
    hashes[name] = found.rows[0]!.hash;
  }
  await client.end();
  return hashes;
}
