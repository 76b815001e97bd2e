import { withoutGuard } from './cell-safety.ts';
import { SheetError } from './errors.ts';
import type { SheetLimits, SheetRow } from './rows.ts';

const name = 'CSV';

/** Splits CSV text into rows: comma, semicolon or tab, any line ends, quoted fields with line breaks in them. */
export function* csvRows(text: string, limits: SheetLimits): Generator<SheetRow> {
  const declared = /^\uFEFF?sep=(.)\r?\n/i.exec(text);
  const separator = declared?.[1] ?? sniffSeparator(text);
  const end = text.length;
  let at = declared ? declared[0].length : text.startsWith('\uFEFF') ? 1 : 0;
  let number = 0;
  while (at < end) {
    number += 1;
    const texts: string[] = [];
    const row: SheetRow = { row: number, texts };
    let more = true;
    while (more) {
      let field: string;
      if (text[at] === '"') {
        const quoted = quotedField(text, at, number);
        field = quoted.field;
        at = quoted.next;
        // What stands between the closing quote and the separator is kept, as Excel keeps it.
        const tail = fieldEnd(text, at, separator);
        field += text.slice(at, tail);
        at = tail;
      } else {
        const tail = fieldEnd(text, at, separator);
        field = text.slice(at, tail);
        at = tail;
      }
      take(row, field, limits);
      more = text[at] === separator;
      if (more) at += 1;
    }
    if (text[at] === '\r' && text[at + 1] === '\n') at += 2;
    else if (at < end) at += 1;
    while (texts.length > 0 && texts.at(-1) === '') texts.pop();
    if (texts.some((cell) => cell.trim() !== '')) yield row;
  }
}

function take(row: SheetRow, field: string, limits: SheetLimits): void {
  const text = withoutGuard(unwrapped(field));
  if (text === '' && row.texts.length >= limits.columns) return;
  if (row.texts.length >= limits.columns) {
    throw new SheetError('sheet-too-many-columns', { sheet: name, row: row.row, limit: limits.columns });
  }
  if (text.length > limits.cellLength) {
    throw new SheetError('sheet-cell-too-long', { sheet: name, row: row.row, limit: limits.cellLength });
  }
  row.texts.push(text);
}

/** `="0123"` is how many systems keep Excel from eating leading zeros; a lone tab before digits is another way. */
function unwrapped(field: string): string {
  const match = /^="([^"]*)"$/.exec(field);
  return match ? match[1]! : field.replace(/^\t(?=[\w])|(?<=\w)\t$/g, '');
}

function quotedField(text: string, start: number, row: number): { field: string; next: number } {
  let field = '';
  let from = start + 1;
  for (;;) {
    const quote = text.indexOf('"', from);
    if (quote < 0) throw new SheetError('sheet-damaged', { row });
    field += text.slice(from, quote);
    if (text[quote + 1] !== '"') return { field, next: quote + 1 };
    field += '"';
    from = quote + 2;
  }
}

function fieldEnd(text: string, from: number, separator: string): number {
  const stop = separator.charCodeAt(0);
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === stop || code === 10 || code === 13) return at;
  }
  return text.length;
}

/** The candidate found most evenly over the first lines, outside quotes. */
function sniffSeparator(text: string): string {
  const lines = text
    .slice(0, 20_000)
    .replace(/"[^"]*"/g, '')
    .split(/\r\n|\n|\r/)
    .filter((line) => line.trim() !== '')
    .slice(0, 20);
  let best = ',';
  let most = 0;
  for (const candidate of [',', '\t', ';', '|']) {
    const counts = lines.map((line) => line.split(candidate).length - 1);
    const withAny = counts.filter((count) => count > 0).length;
    const score = withAny * 1000 + counts.reduce((sum, count) => sum + Math.min(count, 50), 0);
    if (withAny > 0 && score > most) {
      best = candidate;
      most = score;
    }
  }
  return best;
}
