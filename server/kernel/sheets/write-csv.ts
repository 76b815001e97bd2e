import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { guarded } from './cell-safety.ts';
import type { OutCell, OutSheet } from './write-xlsx.ts';

/**
 * Writes a CSV file to a stream and ends it: UTF-8 with the mark Excel needs to see Chinese, CRLF, every text that may be
 * taken for a formula behind an apostrophe (our reader takes it off again).
 */
export async function writeCsv(out: Writable, sheet: Omit<OutSheet, 'name'>): Promise<void> {
  await pipeline(Readable.from(pieces(sheet)), out);
}

/** One CSV record with its line end; for files that are built by hand, such as a bank's. */
export function csvRecord(cells: readonly OutCell[]): string {
  return `${cells.map(field).join(',')}\r\n`;
}

async function* pieces(sheet: Omit<OutSheet, 'name'>): AsyncGenerator<string> {
  let text = `\uFEFF${csvRecord(sheet.columns.map(({ title }) => title))}`;
  for await (const cells of sheet.rows) {
    text += csvRecord(cells);
    if (text.length < 64 * 1024) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}

function field(cell: OutCell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'boolean') return cell ? '是' : '否';
  const text = typeof cell === 'string' ? guarded(cell) : typeof cell === 'object' ? cell.on : String(cell);
  return /[",;\t\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
