import { collectSheets } from '../../../kernel/sheets/collect-sheets.ts';
import { findTables } from '../../../kernel/sheets/header.ts';
import type { TableHead } from '../../../kernel/sheets/header.ts';
import type { SheetEncoding } from '../../../kernel/sheets/rows.ts';
import { readSource, serveReader } from '../../../kernel/sheets/serve-reader.ts';
import type { ReaderTask } from '../../../kernel/sheets/serve-reader.ts';
import { memberColumns } from './columns.ts';
import { eachVerdict } from './judge.ts';
import type { MemberVerdict } from './judge.ts';

/** Judging a roster is pure, so the reading process does it too: the server's own thread only takes the verdicts. */
export interface RosterTask extends ReaderTask {
  today: string;
  /** `unionNameKey` → the number the verdicts know the union by. */
  unions: ReadonlyMap<string, number>;
  /** Whether the verdicts bring their rows along as they stood in the file. */
  texts: boolean;
}

export type RosterEvent =
  | { type: 'tables'; encoding: SheetEncoding; tables: TableHead[]; rows: number }
  | { type: 'rows'; rows: MemberVerdict<number>[] };

/** Verdicts in one message: some milliseconds for the server to take. */
const batch = 1000;

serveReader(async function* (task: RosterTask): AsyncGenerator<RosterEvent> {
  const { encoding, sheets } = await collectSheets(readSource(task));
  const { tables } = findTables(sheets, memberColumns);
  const heads = tables.map(({ sheet, titles }) => ({ sheet, titles }));
  yield {
    type: 'tables',
    encoding,
    tables: heads,
    rows: tables.reduce((sum, { rows }) => sum + rows.length, 0),
  };
  let rows: MemberVerdict<number>[] = [];
  for (const verdict of eachVerdict(tables, task)) {
    rows.push(task.texts ? verdict : { ...verdict, texts: [] });
    if (rows.length < batch) continue;
    yield { type: 'rows', rows };
    rows = [];
  }
  if (rows.length > 0) yield { type: 'rows', rows };
});
