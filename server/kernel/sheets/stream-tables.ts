import { headerSearch, openTable, requireData } from './header.ts';
import type { ColumnWanted, OpenTable, Table, TableRow } from './header.ts';
import type { SheetEvent } from './read-bytes.ts';
import type { Sheet, SheetRow } from './rows.ts';

export type TableEvent<Key extends string> =
  | Extract<SheetEvent, { type: 'file' }>
  | { type: 'table'; table: Table<Key> }
  | { type: 'rows'; table: Table<Key>; rows: TableRow<Key>[] };

/** What `findTables` finds, row by row while the file is read: of a long list nothing is kept. Throws as it does. */
export async function* streamTables<Key extends string>(
  events: AsyncIterable<SheetEvent>,
  wanted: readonly ColumnWanted<Key>[],
): AsyncGenerator<TableEvent<Key>> {
  let [tables, taken] = [0, 0];
  /** The sheet at hand while its header is still looked for, with its first rows. */
  let head: Sheet | undefined;
  let opened: OpenTable<Key> | undefined;

  function* below(rows: readonly SheetRow[]): Generator<TableEvent<Key>> {
    if (!opened) return;
    const { table, take } = opened;
    const found = rows.map(take).filter((row) => row !== undefined);
    taken += found.length;
    if (found.length > 0) yield { type: 'rows', table, rows: found };
  }

  function* open(): Generator<TableEvent<Key>> {
    if (!head) return;
    const { rows } = head;
    opened = openTable(head, wanted);
    head = undefined;
    if (!opened) return;
    tables += 1;
    yield { type: 'table', table: opened.table };
    yield* below(rows.slice(opened.below));
  }

  for await (const event of events) {
    if (event.type === 'file') yield event;
    else if (event.type === 'sheet') {
      yield* open();
      head = { name: event.name, hidden: event.hidden, rows: [] };
      opened = undefined;
    } else if (head) {
      for (const row of event.rows) head.rows.push(row);
      if (head.rows.length >= headerSearch) yield* open();
    } else yield* below(event.rows);
  }
  yield* open();
  requireData(tables, taken, wanted);
}
