import type { TableHead } from '../../../kernel/sheets/header.ts';
import type { SheetEncoding } from '../../../kernel/sheets/rows.ts';
import { readSource, serveReader } from '../../../kernel/sheets/serve-reader.ts';
import type { ReaderTask } from '../../../kernel/sheets/serve-reader.ts';
import { streamTables } from '../../../kernel/sheets/stream-tables.ts';
import { memberColumns } from './columns.ts';
import { memberJudge } from './judge.ts';
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
  | { type: 'file'; encoding: SheetEncoding }
  | { type: 'table'; head: TableHead }
  | { type: 'rows'; rows: MemberVerdict<number>[] };

serveReader(async function* (task: RosterTask): AsyncGenerator<RosterEvent> {
  const judge = memberJudge(task);
  for await (const event of streamTables(readSource(task), memberColumns)) {
    if (event.type === 'file') yield { type: 'file', encoding: event.encoding };
    else if (event.type === 'table') {
      const { sheet, titles } = event.table;
      yield { type: 'table', head: { sheet, titles } };
    } else {
      const rows = event.rows.map((row) => judge(event.table, row));
      yield { type: 'rows', rows: task.texts ? rows : rows.map((row) => ({ ...row, texts: [] })) };
    }
  }
});
