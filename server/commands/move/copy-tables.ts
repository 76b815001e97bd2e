import { pipeline } from 'node:stream/promises';
import type pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { copyTarget, quoted, type TableShape } from '../archive/catalog.ts';
import { Refusal, type Terminal } from '../command.ts';
import { showProgress } from '../progress.ts';

/** Both in a transaction: the source's with its snapshot, the target's to be committed. */
export interface Pair {
  terminal: Terminal;
  source: pg.Client;
  target: pg.Client;
  schema: string;
}

/** Tables that a write could still reach are waited for: so long, and so often, until what is under way has ended. */
const lockSeconds = 30;
const lockTries = 5;
const inTheWay = new Set(['55P03', '40P01']);

/**
 * Begins the source's transaction: nobody writes to the tables any more, what was being written is there, and what is read is
 * read as of this moment. Holds until it ends – also by the death of this process, which is why a lock and not a revoked right.
 */
export async function holdStill(
  source: pg.Client,
  schema: string,
  tables: readonly TableShape[],
): Promise<void> {
  const names = tables.map(({ name }) => `${quoted(schema)}.${quoted(name)}`).join(', ');
  for (let attempt = 1; ; attempt += 1) {
    try {
      await source.query('begin isolation level repeatable read');
      await source.query(`set local lock_timeout to '${lockSeconds}s'`);
      await source.query(`lock table ${names} in share mode`);
      return;
    } catch (error) {
      await source.query('rollback');
      if (!inTheWay.has((error as { code?: string }).code ?? '')) throw error;
      if (attempt === lockTries)
        throw new Refusal('一直有业务在写入，等不到空档，没有迁移。请换个业务少的时候再试');
    }
  }
}

/** Streams every table from one server to the other; nothing lies on this machine's disk. Returns rows in all. */
export async function copyTables(pair: Pair, tables: readonly TableShape[]): Promise<number> {
  const { terminal, source, target, schema } = pair;
  const bar = showProgress(terminal, `复制 ${schema}（表）`, tables.length);
  let rows = 0;
  for (const [index, table] of tables.entries()) {
    const out = source.query(copyTo(`copy ${copyTarget(schema, table)} to stdout`));
    const into = target.query(copyFrom(`copy ${copyTarget(schema, table)} from stdin`));
    await pipeline(out, into);
    rows += into.rowCount;
    bar.to(index + 1);
  }
  bar.end();
  return rows;
}

interface Digest {
  rows: string;
  sum: string;
}

/** How many rows, and a sum over the hashes of all of them that does not depend on their order. */
async function digestOf(client: pg.Client, schema: string, { name, columns }: TableShape): Promise<Digest> {
  const found = await client.query<Digest>(
    `select count(*)::text as rows, coalesce(sum(('x' || left(hash, 15))::bit(60)::bigint::numeric)
      + sum(('x' || right(hash, 15))::bit(60)::bigint::numeric), 0)::text as sum
    from (select md5(row(${columns.map(quoted).join(', ')})::text) as hash from ${quoted(schema)}.${quoted(name)}) one`,
  );
  return found.rows[0]!;
}

/** Compares both sides table by table. @throws Refusal naming the first that differs */
export async function compareTables(
  { terminal, source, target, schema }: Pair,
  tables: readonly TableShape[],
): Promise<void> {
  const bar = showProgress(terminal, '核对行数和校验和（表）', tables.length);
  for (const [index, table] of tables.entries()) {
    const [one, other] = await Promise.all([
      digestOf(source, schema, table),
      digestOf(target, schema, table),
    ]);
    if (one.rows !== other.rows || one.sum !== other.sum)
      throw new Refusal(
        `复制后核对不符：${table.name} 原有 ${one.rows} 行，新库 ${other.rows} 行，` +
          `校验和${one.sum === other.sum ? '相同' : '不同'}。没有迁移，原库照常；请检查两边的磁盘后再试`,
      );
    bar.to(index + 1);
  }
  bar.end();
}
