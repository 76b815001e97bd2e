/** What a cell is beyond its text. Only cells with something to say carry a mark. */
export interface CellMark {
  /** The text is the remembered result of a formula. */
  formula?: true;
  /** A true date, 'YYYY-MM-DD'. */
  on?: string;
  /** Excel's own error value, e.g. #N/A. */
  error?: true;
  /** A number longer than Excel's 15 digits: the last digits were lost before the file reached us. */
  imprecise?: true;
  /** The text was copied from the first cell of a merged area. */
  merged?: true;
}

/**
 * One non-blank row. `row` counts from 1 as Excel shows it (in CSV: records, a quoted line break does not count).
 * `texts` are the cells as a person reads them (numbers without exponent, true dates as YYYY-MM-DD), '' when empty,
 * trailing empty cells left out. `marks` is keyed by column index from 0.
 */
export interface SheetRow {
  row: number;
  texts: string[];
  marks?: Record<number, CellMark>;
}

export type SheetKind = 'xlsx' | 'csv';

export interface Sheet {
  name: string;
  /** Hidden in Excel: usually lists for drop-downs, so header search passes over it. */
  hidden: boolean;
  rows: SheetRow[];
}

/** How the text bytes were read; the two `…-as-…` forms are mojibake that could be undone without loss. */
export type SheetEncoding =
  | 'utf-8'
  | 'utf-16le'
  | 'utf-16be'
  | 'gb18030'
  | 'utf-8-as-gb18030'
  | 'utf-8-as-latin1'
  | 'gb18030-as-latin1';

/** Bounds on one file. Bytes are bytes, times milliseconds. */
export interface SheetLimits {
  packedBytes: number;
  unpackedBytes: number;
  /** Unpacked to packed, looked at for parts above 1 MB; a roster's XML measures 8 to 30. */
  ratio: number;
  parts: number;
  sheets: number;
  rows: number;
  columns: number;
  cells: number;
  merges: number;
  cellLength: number;
  /** Characters handed on in all: one long shared string may be pointed to by every cell. */
  totalLength: number;
  /** Of processor time. */
  milliseconds: number;
  /** Of the reading process: V8's heap, and everything it holds. */
  memoryMb: number;
  residentMb: number;
}

export const defaultLimits: SheetLimits = {
  packedBytes: 20 * 1024 * 1024,
  unpackedBytes: 200 * 1024 * 1024,
  ratio: 150,
  parts: 2_000,
  sheets: 64,
  rows: 200_000,
  columns: 200,
  cells: 8_000_000,
  merges: 20_000,
  cellLength: 32_767,
  totalLength: 120_000_000,
  milliseconds: 30_000,
  memoryMb: 512,
  residentMb: 900,
};

/** Column letters for a column index from 0: 0 → A, 26 → AA. */
export function columnLetters(index: number): string {
  let letters = '';
  for (let rest = index + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}
