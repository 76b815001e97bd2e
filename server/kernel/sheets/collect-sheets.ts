import type { SheetEvent } from './read-bytes.ts';
import type { Sheet, SheetEncoding, SheetKind } from './rows.ts';

export interface SheetFile {
  kind: SheetKind;
  encoding: SheetEncoding;
  sheets: Sheet[];
}

/** The whole file of its events. */
export async function collectSheets(events: AsyncIterable<SheetEvent>): Promise<SheetFile> {
  const file: SheetFile = { kind: 'csv', encoding: 'utf-8', sheets: [] };
  for await (const event of events) {
    if (event.type === 'file') Object.assign(file, { kind: event.kind, encoding: event.encoding });
    else if (event.type === 'sheet') file.sheets.push({ name: event.name, hidden: event.hidden, rows: [] });
    else for (const row of event.rows) file.sheets.at(-1)?.rows.push(row);
  }
  return file;
}
