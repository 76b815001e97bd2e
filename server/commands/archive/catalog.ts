import type pg from 'pg';
import { Refusal } from '../command.ts';

export interface TableShape {
  name: string;
  /** Those that are stored; generated ones are made again. */
  columns: string[];
}

interface Reference {
  from: string;
  to: string;
}

/** Tables in an order in which each comes after those it refers to, so that foreign keys hold while they are filled. */
export function inOrder(tables: readonly TableShape[], references: readonly Reference[]): TableShape[] {
  const waiting = new Map(tables.map((table) => [table.name, table]));
  const ordered: TableShape[] = [];
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter(
      ({ name }) => !references.some(({ from, to }) => from === name && to !== name && waiting.has(to)),
    );
    if (ready.length === 0) throw new Refusal(`表之间的引用成环：${[...waiting.keys()].join('、')}`);
    for (const table of ready) {
      ordered.push(table);
      waiting.delete(table.name);
    }
  }
  return ordered;
}

/** The tables of a schema as they stand in the database. */
export async function tablesOf(client: pg.ClientBase, schema: string): Promise<TableShape[]> {
  const tables = await client.query<TableShape>(
    `select c.relname as name, array_agg(a.attname::text order by a.attnum) as columns
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
     where n.nspname = $1 and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
     group by c.relname order by c.relname`,
    [schema],
  );
  const references = await client.query<Reference>(
    `select a.relname as from, b.relname as to
     from pg_constraint k join pg_class a on a.oid = k.conrelid join pg_class b on b.oid = k.confrelid
     join pg_namespace n on n.oid = a.relnamespace where n.nspname = $1 and k.contype = 'f'`,
    [schema],
  );
  return inOrder(tables.rows, references.rows);
}

export async function sequencesOf(
  client: pg.ClientBase,
  schema: string,
): Promise<{ name: string; last: number }[]> {
  const found = await client.query<{ name: string; last: string | null }>(
    'select sequencename as name, last_value::text as last from pg_sequences where schemaname = $1 order by 1',
    [schema],
  );
  return found.rows.flatMap(({ name, last }) => (last === null ? [] : [{ name, last: Number(last) }]));
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** `"schema"."table" ("a", "b")`, for COPY. */
export const copyTarget = (schema: string, { name, columns }: TableShape) =>
  `${quoted(schema)}.${quoted(name)} (${columns.map(quoted).join(', ')})`;
