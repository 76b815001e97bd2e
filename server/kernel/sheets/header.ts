import { SheetError } from './errors.ts';
import type { CellMark, Sheet, SheetRow } from './rows.ts';

/** A column a reader looks for. `words` are other titles it goes by, the likeliest first. */
export interface ColumnWanted<Key extends string> {
  key: Key;
  title: string;
  words?: readonly string[];
  mandatory?: boolean;
}

/** A row below a recognised header. Cells are asked for by column key; a column the sheet lacks reads as ''. */
export class TableRow<Key extends string> {
  readonly sheet: string;
  readonly row: number;
  /** The row as it stands in the file, for giving refused rows back. */
  readonly texts: readonly string[];
  readonly #marks: SheetRow['marks'];
  readonly #columns: ReadonlyMap<Key, number>;

  constructor(sheet: string, { row, texts, marks }: SheetRow, columns: ReadonlyMap<Key, number>) {
    this.sheet = sheet;
    this.row = row;
    this.texts = texts;
    this.#marks = marks;
    this.#columns = columns;
  }

  text(key: Key): string {
    const index = this.#columns.get(key);
    return index === undefined ? '' : (this.texts[index] ?? '');
  }

  mark(key: Key): CellMark | undefined {
    const index = this.#columns.get(key);
    return index === undefined ? undefined : this.#marks?.[index];
  }
}

export interface TableHead {
  sheet: string;
  /** Every title of the file, recognised or not, left to right. */
  titles: readonly string[];
}

export interface Table<Key extends string> extends TableHead {
  headerRow: number;
  columns: ReadonlyMap<Key, number>;
  rows: TableRow<Key>[];
  /** Rows passed over that were not blank: totals, notes, a header printed again. */
  passedOver: { row: number; why: 'total' | 'note' | 'header-again' }[];
}

export interface TablesFound<Key extends string> {
  tables: Table<Key>[];
  /** Sheets without the header we look for, so that the person can see what was not read. */
  sheetsPassedOver: string[];
}

const searchedRows = 15;
/** A header may take two rows. */
export const headerSearch = searchedRows + 1;
const totals =
  /^(本页|总)?(合计|总计|小计|共计|累计|总人数|总数)([::]?[\d,.]*[人名个条行家]?)$|^共[\d,]+[人名个条行家]/;
const notes =
  /^(填表人|填报人|制表人|制表|审核人|审核|填表日期|填报日期|填报单位|填表说明|填写说明|说明|备注|注|联系人)[::]/;
/** Titles about somebody else: 配偶身份证号 is not the member's. */
const others = /配偶|家属|子女|父亲|母亲|紧急|联系人|法人|法定|代表人|主席|负责人|经办|推荐|介绍/;

/**
 * Finds the tables of a file by their header words: the header may stand anywhere in the first 15 rows, in one row or in
 * two (merged) ones, its columns in any order and under any of their known names. Hidden sheets are passed over.
 *
 * Throws `sheet-header-missing` when no sheet has such a header, `sheet-column-missing` when a sheet clearly has it but
 * for a mandatory column, `sheet-no-data` when nothing stands below.
 */
export function findTables<Key extends string>(
  sheets: readonly Sheet[],
  wanted: readonly ColumnWanted<Key>[],
): TablesFound<Key> {
  const tables: Table<Key>[] = [];
  const sheetsPassedOver: string[] = [];
  for (const sheet of sheets) {
    const opened = openTable(sheet, wanted);
    if (!opened) {
      if (sheet.rows.length > 0) sheetsPassedOver.push(sheet.name);
      continue;
    }
    tables.push(opened.table);
    for (const row of sheet.rows.slice(opened.below)) {
      const taken = opened.take(row);
      if (taken) opened.table.rows.push(taken);
    }
  }
  const rows = tables.reduce((sum, table) => sum + table.rows.length, 0);
  requireData(tables.length, rows, wanted);
  return { tables, sheetsPassedOver };
}

/** Throws when a file has no table, or none with rows. */
export function requireData(tables: number, rows: number, wanted: readonly ColumnWanted<string>[]): void {
  if (tables === 0) throw new SheetError('sheet-header-missing', { names: mandatoryTitles(wanted) });
  if (rows === 0) throw new SheetError('sheet-no-data');
}

const mandatoryTitles = (wanted: readonly ColumnWanted<string>[]): string[] =>
  wanted.filter(({ mandatory }) => mandatory).map(({ title }) => title);

export interface OpenTable<Key extends string> {
  /** Its rows are for the caller to add. */
  table: Table<Key>;
  /** Index in `rows` of the first row below the header. */
  below: number;
  /** A row below the header; undefined when it is passed over, which the table then notes. */
  take(row: SheetRow): TableRow<Key> | undefined;
}

/**
 * The table of a sheet by its header, undefined when it has none that we look for. Of the rows only the first
 * `headerSearch` are looked at. Throws `sheet-column-missing`.
 */
export function openTable<Key extends string>(
  sheet: Sheet,
  wanted: readonly ColumnWanted<Key>[],
): OpenTable<Key> | undefined {
  const header = sheet.hidden ? undefined : findHeader(sheet, wanted);
  if (!header || header.columns.size < Math.min(3, wanted.length)) return undefined;
  const mandatory = wanted.filter((column) => column.mandatory);
  const missing = mandatory.filter(({ key }) => !header.columns.has(key));
  if (missing.length > 0) {
    const names = missing.map(({ title }) => title);
    throw new SheetError('sheet-column-missing', { sheet: sheet.name, row: header.row, names });
  }
  const { row: headerRow, titles, columns } = header;
  const table: Table<Key> = { sheet: sheet.name, headerRow, titles, columns, rows: [], passedOver: [] };
  return {
    table,
    below: header.lastIndex + 1,
    take(row) {
      const why = passOver(row, header, mandatory);
      if (!why) return new TableRow(sheet.name, row, columns);
      table.passedOver.push({ row: row.row, why });
      return undefined;
    },
  };
}

interface Header<Key extends string> {
  row: number;
  lastIndex: number;
  titles: string[];
  columns: Map<Key, number>;
}

function findHeader<Key extends string>(
  sheet: Sheet,
  wanted: readonly ColumnWanted<Key>[],
): Header<Key> | undefined {
  let best: Header<Key> | undefined;
  sheet.rows.slice(0, searchedRows).forEach((row, index) => {
    const below = sheet.rows[index + 1];
    const single = headerFrom(row.texts, row.row, index, wanted);
    if (single.columns.size > (best?.columns.size ?? 0)) best = single;
    if (!below || below.row !== row.row + 1) return;
    const double = headerFrom(joinedTitles(row, below), below.row, index + 1, wanted);
    // Two rows only when the second adds to the first and is not simply the first person.
    const alone = headerFrom(below.texts, below.row, index + 1, wanted);
    const more = Math.max(single.columns.size, alone.columns.size, best?.columns.size ?? 0);
    if (double.columns.size > more) best = double;
  });
  return best;
}

/** 证件 over 类型 and 号码 reads 证件类型 and 证件号码; a title merged over both rows is read once. */
function joinedTitles(upper: SheetRow, lower: SheetRow): string[] {
  const width = Math.max(upper.texts.length, lower.texts.length);
  return Array.from({ length: width }, (_, index) => {
    const [top, bottom] = [upper.texts[index] ?? '', lower.texts[index] ?? ''];
    return top === bottom ? top : `${top}${bottom}`;
  });
}

function headerFrom<Key extends string>(
  texts: readonly string[],
  row: number,
  lastIndex: number,
  wanted: readonly ColumnWanted<Key>[],
): Header<Key> {
  const titles = texts.map((text) => text.replace(/\s+/g, ' ').trim());
  const plain = titles.map(plainTitle);
  const columns = new Map<Key, number>();
  const taken = new Set<number>();
  // A title merged over several columns names the first of them, unless a lower row tells them apart.
  for (const pass of ['exact', 'within'] as const) {
    for (const column of wanted) {
      if (columns.has(column.key)) continue;
      const at = columnFor(column, plain, taken, pass);
      if (at < 0) continue;
      columns.set(column.key, at);
      taken.add(at);
    }
  }
  return { row, lastIndex, titles, columns };
}

function columnFor<Key extends string>(
  { title, words = [] }: ColumnWanted<Key>,
  plain: readonly string[],
  taken: ReadonlySet<number>,
  pass: 'exact' | 'within',
): number {
  for (const word of [title, ...words].map(plainTitle)) {
    const at = plain.findIndex((candidate, index) => {
      if (taken.has(index)) return false;
      if (pass === 'exact') return candidate === word;
      return (
        word.length >= 4 && candidate.length <= 20 && candidate.includes(word) && !others.test(candidate)
      );
    });
    if (at >= 0) return at;
  }
  return -1;
}

/** Titles compare without blanks, stars, colons and what stands in brackets: ＊证件号码（必填） is 证件号码. */
function plainTitle(title: string): string {
  return title
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[([【〔<][^([【〔<)\]】〕>]*[)\]】〕>]/g, '')
    .replace(/[\s*:、.。_\-—/]/g, '');
}

function passOver<Key extends string>(
  row: SheetRow,
  header: Header<Key>,
  mandatory: readonly ColumnWanted<Key>[],
): 'total' | 'note' | 'header-again' | undefined {
  const own = (index: number): string => {
    const text = row.texts[index] ?? '';
    return text === '' || row.marks?.[index]?.merged ? '' : plainCell(text);
  };
  let [same, other] = [0, 0];
  for (const index of header.columns.values()) {
    if (own(index) === plainCell(header.titles[index] ?? '')) same += 1;
    else other += 1;
    // Half of a row of people settles it: this runs for every row of a roster.
    if (other * 2 >= header.columns.size) break;
    if (same * 2 > header.columns.size) return 'header-again';
  }
  const first = firstOf(row.texts.length, own);
  const why = totals.test(first) ? 'total' : notes.test(first) ? 'note' : undefined;
  if (!why) return undefined;
  // Somebody whose name happens to begin so has the other mandatory cells filled in.
  const filled = mandatory.filter(({ key }) => own(header.columns.get(key)!) !== '').length;
  return filled * 2 <= mandatory.length ? why : undefined;
}

function firstOf(length: number, own: (index: number) => string): string {
  for (let index = 0; index < length; index += 1) {
    const text = own(index);
    if (text !== '') return text;
  }
  return '';
}

/** Printable ASCII and the common ideographs, which no normalisation changes. */
const plainAlready = /^[!-~\u4E00-\u9FFF]*$/;

function plainCell(text: string): string {
  if (plainAlready.test(text)) return text;
  return text.normalize('NFKC').replace(/\s/g, '');
}
