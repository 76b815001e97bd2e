import { csvRows } from './csv-text.ts';
import { decodeText } from './encoding.ts';
import { SheetError } from './errors.ts';
import { findMerges } from './merges.ts';
import type { SheetEncoding, SheetKind, SheetLimits, SheetRow } from './rows.ts';
import { sheetXmlHandlers } from './sheet-xml.ts';
import { sniffKind } from './sniff.ts';
import { readSharedStrings, readWorkbook } from './workbook.ts';
import { xmlReader } from './xml-events.ts';
import { openZip } from './zip-parts.ts';

/** What a reader tells, in this order: one `file`, then for each sheet one `sheet` and its `rows` in batches. */
export type SheetEvent =
  | { type: 'file'; kind: SheetKind; encoding: SheetEncoding }
  | { type: 'sheet'; name: string; hidden: boolean }
  | { type: 'rows'; rows: SheetRow[] };

/** Rows in one message: few enough to keep both sides small, enough that messages cost nothing. */
const batch = 1_000;

/**
 * Reads a whole file held in memory. Runs inside the worker: on hostile input it may use all the memory and time its
 * thread is given, so nothing on the server's own thread may call it.
 */
export async function* readBytes(bytes: Buffer, limits: SheetLimits): AsyncGenerator<SheetEvent> {
  if (bytes.length > limits.packedBytes)
    throw new SheetError('sheet-too-large', { limit: megabytes(limits) });
  const meter = meterFor(limits);
  if (sniffKind(bytes) === 'zip') yield* readXlsx(bytes, limits, meter);
  else yield* readCsv(bytes, limits, meter);
  if (meter.rows() === 0) throw new SheetError('sheet-no-rows');
}

async function* readXlsx(bytes: Buffer, limits: SheetLimits, meter: Meter): AsyncGenerator<SheetEvent> {
  const parts = await openZip(bytes, limits);
  try {
    const workbook = await readWorkbook(parts, limits);
    yield { type: 'file', kind: 'xlsx', encoding: 'utf-8' };
    const strings = workbook.sharedStringsPath
      ? await readSharedStrings(parts, workbook.sharedStringsPath, limits)
      : [];
    for (const { name, path, hidden } of workbook.sheets) {
      yield { type: 'sheet', name, hidden };
      const merges = await findMerges(parts.stream(path), limits.merges, name);
      let rows: SheetRow[] = [];
      const { shapes, since1904 } = workbook;
      const emit = (row: SheetRow): void => {
        meter.count(row);
        rows.push(row);
      };
      const xml = xmlReader(sheetXmlHandlers({ name, strings, shapes, since1904, merges, limits, emit }));
      for await (const chunk of parts.stream(path)) {
        xml.write(chunk);
        if (rows.length >= batch) {
          yield { type: 'rows', rows };
          rows = [];
        }
      }
      xml.end();
      if (rows.length > 0) yield { type: 'rows', rows };
    }
  } finally {
    parts.close();
  }
}

function* readCsv(bytes: Buffer, limits: SheetLimits, meter: Meter): Generator<SheetEvent> {
  const { text, encoding } = decodeText(bytes);
  yield { type: 'file', kind: 'csv', encoding };
  yield { type: 'sheet', name: 'CSV', hidden: false };
  let rows: SheetRow[] = [];
  for (const row of csvRows(text, limits)) {
    meter.count(row);
    rows.push(row);
    if (rows.length < batch) continue;
    yield { type: 'rows', rows };
    rows = [];
  }
  if (rows.length > 0) yield { type: 'rows', rows };
}

interface Meter {
  count(row: SheetRow): void;
  rows(): number;
}

function meterFor(limits: SheetLimits): Meter {
  let rows = 0;
  let cells = 0;
  let length = 0;
  return {
    count(row) {
      rows += 1;
      cells += row.texts.length;
      for (const text of row.texts) length += text.length;
      if (rows > limits.rows) throw new SheetError('sheet-too-many-rows', { limit: limits.rows });
      if (cells > limits.cells || length > limits.totalLength) throw new SheetError('sheet-too-many-cells');
    },
    rows: () => rows,
  };
}

export function megabytes(limits: SheetLimits): number {
  return Math.round(limits.packedBytes / 1024 / 1024);
}
