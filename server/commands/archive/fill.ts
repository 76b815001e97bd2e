import { Kysely, PostgresDialect, type PostgresPool } from 'kysely';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { pipeline } from 'node:stream/promises';
import { verifyAudit } from '../../kernel/audit.ts';
import { rebuildSchema } from '../../kernel/migrations.ts';
import type { Pii } from '../../kernel/pii.ts';
import type { Tables } from '../../kernel/tables.gen.ts';
import { reconcileLedger } from '../../modules/disbursements/index.ts';
import { Refusal, type Terminal } from '../command.ts';
import { showProgress } from '../progress.ts';
import { copyTarget, quoted } from './catalog.ts';
import { openSamples } from './fitting-ring.ts';
import type { Manifest, SchemaOfBackup, TableOfBackup } from './manifest.ts';
import { DamagedBackupError, readPart } from './sealed-part.ts';

export interface Filling {
  terminal: Terminal;
  /** In the transaction of the restore. */
  client: pg.Client;
  folder: string;
  manifest: Manifest;
  key: Buffer;
  /** Folder db/migrations. */
  migrations: string;
}

async function fillTable(
  { client, folder, key }: Filling,
  schema: string,
  table: TableOfBackup,
): Promise<void> {
  const into = client.query(copyFrom(`copy ${copyTarget(schema, table)} from stdin`));
  await pipeline(readPart(folder, table.part, key), into);
  if (into.rowCount !== table.rows)
    throw new DamagedBackupError(table.part.name, `应有 ${table.rows} 行，实有 ${into.rowCount} 行`);
}

/** Builds every schema as it was and fills its tables, in an order in which references hold. */
export async function fillSchemas(filling: Filling): Promise<void> {
  const { terminal, client, manifest, migrations } = filling;
  for (const schema of manifest.schemas) {
    await rebuildSchema(client, migrations, schema.name, schema.migrations);
    const bar = showProgress(terminal, `恢复 ${schema.name}`, schema.tables.length);
    for (const [index, table] of schema.tables.entries()) {
      await fillTable(filling, schema.name, table);
      bar.to(index + 1);
    }
    bar.end();
    await setSequences(client, schema.name, schema.sequences);
  }
}

/** Lets identity columns go on where they stopped. */
export async function setSequences(
  client: pg.ClientBase,
  schema: string,
  sequences: SchemaOfBackup['sequences'],
): Promise<void> {
  for (const { name, last } of sequences)
    await client.query('select setval($1::regclass, $2)', [`${quoted(schema)}.${quoted(name)}`, last]);
}

/** Kysely on the one connection whose transaction is under way. */
export function databaseOn(client: pg.Client): Kysely<Tables> {
  const line = { query: client.query.bind(client), release: () => undefined };
  const pool = { connect: () => Promise.resolve(line), end: () => Promise.resolve() };
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: pool as unknown as PostgresPool }) });
}

/**
 * Proves audit chains, ledger and samples of the sealed values of what was just filled, before it is committed. Returns what
 * to tell; throws when wrong.
 */
export async function proveBooks(
  client: pg.Client,
  { federations }: Pick<Manifest, 'federations'>,
  pii: Pii,
): Promise<string[]> {
  const told: string[] = [];
  for (const { code, name, schema } of federations) {
    await client.query(`set local search_path to ${quoted(schema)}`);
    const ctx = { db: databaseOn(client), federation: { id: '', code, name, schema } };
    const audit = await verifyAudit(ctx);
    if (!audit.ok)
      throw new Refusal(`${name} 的审计记录在 ${audit.brokenAt} 处断开（${audit.reason}），没有恢复`);
    // Its transaction was begun with one.
    const faults = await reconcileLedger({ ...ctx, oneSnapshot: () => {} });
    if (faults.length > 0)
      throw new Refusal(
        `${name} 的资金账余额与流水不符（${faults.map(({ text }) => text).join('；')}），没有恢复`,
      );
    const opened = await openSamples(ctx, pii);
    told.push(
      `${name}：审计记录完整（${audit.rows} 行），资金账与流水一致，抽查的 ${opened} 个加密值都能打开`,
    );
  }
  return told;
}
