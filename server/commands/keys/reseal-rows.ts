import { sql, type RawBuilder } from 'kysely';
import { setTimeout as sleep } from 'node:timers/promises';
import { inSystemContext, type Ctx, type Federation, type Platform } from '../../kernel/context.ts';
import type { Pii } from '../../kernel/pii.ts';
import { sealedTables, type SealedTable } from './sealed-columns.ts';

/** Small enough that nobody waits for its locks: some 20 ms. */
const batchRows = 200;
/** Rows that others write at the same instant are left to the next pass. */
const mostPasses = 5;

export interface Reseal {
  platform: Platform;
  /** Opened after the ring was replaced. */
  pii: Pii;
  rowsPerSecond: number;
  onRows(done: number): void;
}

const list = (parts: readonly string[]) => sql.join(parts.map((part) => sql.ref(part)));
const rowCondition = (columns: readonly string[], header: number) =>
  sql.join(
    columns.map((column) => sql`get_byte(${sql.ref(column)}, 0) <> ${header}`),
    sql` or `,
  );

type Row = Record<string, unknown>;

/** The next rows after `last` of which a value was sealed with another key or suite than today's. */
async function nextRows(
  ctx: Ctx,
  { table, key, columns }: SealedTable,
  header: number,
  last: readonly unknown[] | null,
): Promise<Row[]> {
  const after = last ? sql`and (${list(key)}) > (${sql.join(last)})` : sql``;
  const { rows } = await sql<Row>`
    select ${list([...key, ...columns])} from ${sql.table(table)}
    where (${rowCondition(columns, header)}) ${after} order by ${list(key)} limit ${batchRows}`.execute(
    ctx.db,
  );
  return rows;
}

/**
 * Writes a row's values sealed anew, each only where it is still what was read: what somebody changed meanwhile is
 * sealed with the new key already. Returns how many values could not be opened.
 */
async function resealRow(
  ctx: Ctx,
  pii: Pii,
  { table, key, columns }: SealedTable,
  row: Row,
): Promise<number> {
  const place = { table, row: key.map((name) => String(row[name])).join(' ') };
  const header = pii.header();
  let unreadable = 0;
  const sets: RawBuilder<unknown>[] = [];
  const same: RawBuilder<unknown>[] = key.map((name) => sql`${sql.ref(name)} = ${row[name]}`);
  for (const column of columns) {
    const old = row[column] as Buffer | null;
    if (!old || old[0] === header) continue;
    try {
      const sealed = pii.sealBytes({ ...place, column }, pii.unsealBytes({ ...place, column }, old));
      sets.push(sql`${sql.ref(column)} = ${sealed}`);
      same.push(sql`${sql.ref(column)} = ${old}`);
    } catch {
      // Damaged long ago, or its key was lost: told in the end; it must not keep the others from the new key.
      unreadable += 1;
    }
  }
  if (sets.length > 0)
    await sql`update ${sql.table(table)} set ${sql.join(sets)} where ${sql.join(same, sql` and `)}`.execute(
      ctx.db,
    );
  return unreadable;
}

async function passOver(work: Reseal, federation: Federation, table: SealedTable) {
  const { platform, pii, rowsPerSecond, onRows } = work;
  let last: unknown[] | null = null;
  let seen = 0;
  let unreadable = 0;
  for (;;) {
    const begun = performance.now();
    const rows: Row[] = await inSystemContext(platform, federation, '更换密钥', async (ctx) => {
      const found = await nextRows(ctx, table, pii.header(), last);
      for (const row of found) unreadable += await resealRow(ctx, pii, table, row);
      return found;
    });
    const end = rows.at(-1);
    if (!end) return { seen, unreadable };
    last = table.key.map((name) => end[name]);
    seen += rows.length;
    onRows(rows.length);
    const due = (rows.length * 1000) / rowsPerSecond - (performance.now() - begun);
    if (due > 0) await sleep(due);
  }
}

/**
 * Seals every row of a federation with today's key and suite, in small transactions, while people work. What is done is
 * seen in the rows themselves, so after a SIGKILL the next run goes on where this one was. Returns how many values
 * cannot be opened with any key there is; they stay as they were.
 */
export async function resealRows(work: Reseal, federation: Federation): Promise<number> {
  let lost = 0;
  for (const table of sealedTables) {
    for (let pass = 1; ; pass += 1) {
      const { seen, unreadable } = await passOver(work, federation, table);
      if (seen === 0 || unreadable === seen || pass === mostPasses) {
        lost += unreadable;
        break;
      }
    }
  }
  return lost;
}

export interface Usage {
  table: string;
  column: string;
  /** The first byte of the values; see `versionOf`. */
  header: number;
  rows: number;
}

/** How many values of each column are sealed with which key and suite. Reads the tables through. */
export async function usageOfKeys(ctx: Pick<Ctx, 'db'>): Promise<Usage[]> {
  await sql`set local statement_timeout = '15min'`.execute(ctx.db);
  const found: Usage[] = [];
  for (const { table, columns } of sealedTables) {
    for (const column of columns) {
      const { rows } = await sql<{ header: number; rows: string }>`
        select get_byte(${sql.ref(column)}, 0) as header, count(*) as rows from ${sql.table(table)}
        where ${sql.ref(column)} is not null group by 1 order by 1`.execute(ctx.db);
      found.push(...rows.map((row) => ({ table, column, header: row.header, rows: Number(row.rows) })));
    }
  }
  return found;
}
