import type { Table, TableHead, TableRow } from './header.ts';
import type { OutSheet } from './write-xlsx.ts';

export type Verdict = 'accept' | 'accept-with-warning' | 'reject';

/** What is wrong and what to do, in both languages. */
export interface FaultText {
  reason: string;
  reasonEn: string;
}

export const told = (reason: string, reasonEn: string): FaultText => ({ reason, reasonEn });

/** One thing wrong with one cell. `value` is what may be shown: personal numbers are masked. */
export interface RowFault<Kind extends string = string> extends FaultText {
  column: string;
  /** The title as it stands in the file. */
  columnTitle: string;
  kind: Kind;
  severity: 'warning' | 'refusal';
  value: string;
}

/** What is to become of one row; `parsed` is there unless it is refused. */
export interface RowVerdict<Parsed, Kind extends string = string> {
  sheet: string;
  row: number;
  verdict: Verdict;
  parsed?: Parsed;
  faults: RowFault<Kind>[];
  /** The row as it stood in the file; empty where nobody asked for it. */
  texts: readonly string[];
}

export type VerdictCounts = Record<Verdict, number>;

export function verdictOf(faults: readonly RowFault[]): Verdict {
  if (faults.length === 0) return 'accept';
  return faults.some(({ severity }) => severity === 'refusal') ? 'reject' : 'accept-with-warning';
}

export function countVerdicts(rows: readonly { verdict: Verdict }[]): VerdictCounts {
  const counts: VerdictCounts = { accept: 0, 'accept-with-warning': 0, reject: 0 };
  for (const { verdict } of rows) counts[verdict] += 1;
  return counts;
}

/** Notes the faults of one row, with the titles the file itself uses. */
export class RowNotes<Column extends string, Kind extends string> {
  readonly faults: RowFault<Kind>[] = [];
  readonly #table: Table<Column>;
  readonly #fallbacks: ReadonlyMap<Column, string>;

  constructor(table: Table<Column>, fallbacks: ReadonlyMap<Column, string>) {
    this.#table = table;
    this.#fallbacks = fallbacks;
  }

  refuse(column: Column, kind: Kind, value: string, text: FaultText): void {
    this.#note(column, kind, value, text, 'refusal');
  }

  warn(column: Column, kind: Kind, value: string, text: FaultText): void {
    this.#note(column, kind, value, text, 'warning');
  }

  #note(column: Column, kind: Kind, value: string, text: FaultText, severity: RowFault['severity']): void {
    const index = this.#table.columns.get(column);
    const title = index === undefined ? undefined : this.#table.titles[index];
    const columnTitle = title ?? this.#fallbacks.get(column) ?? column;
    const { reason, reasonEn } = text;
    this.faults.push({ column, columnTitle, kind, severity, value: shown(value), reason, reasonEn });
  }
}

/** Where another row stands, as the person finds it: the sheet is named only when it is a different one. */
export function placeOf(
  other: Pick<TableRow<string>, 'sheet' | 'row'>,
  from: string,
): { zh: string; en: string } {
  const { sheet, row } = other;
  if (sheet === from) return { zh: `第 ${row} 行`, en: `row ${row}` };
  return { zh: `工作表「${sheet}」第 ${row} 行`, en: `row ${row} of sheet “${sheet}”` };
}

const reasonTitles = { zh: '原因', en: 'Reason' };
const givenBack = new Set(Object.values(reasonTitles));

/**
 * The refused rows as sheets to give back: the file's own columns in their order, plus the reason in the reader's
 * language. Somebody corrects them in place and sends the file again; earlier reasons give way to the new ones.
 */
export function refusedSheets(
  tables: readonly TableHead[],
  verdicts: readonly RowVerdict<unknown>[],
  language: 'zh' | 'en' = 'zh',
): OutSheet[] {
  return tables
    .map((table) => {
      const kept = table.titles
        .map((_, index) => index)
        .filter((index) => !givenBack.has(table.titles[index]!));
      const refused = verdicts.filter(({ sheet, verdict }) => sheet === table.sheet && verdict === 'reject');
      const columns = kept.map((index) => ({ title: table.titles[index]!, width: 18 }));
      const rows = refused.map(({ texts, faults }) => [
        ...kept.map((index) => texts[index] ?? ''),
        reasonsOf(faults, language),
      ]);
      return { name: table.sheet, columns: [...columns, { title: reasonTitles[language], width: 60 }], rows };
    })
    .filter(({ rows }) => rows.length > 0);
}

function reasonsOf(faults: readonly RowFault[], language: 'zh' | 'en'): string {
  return faults
    .filter(({ severity }) => severity === 'refusal')
    .map(({ columnTitle, reason, reasonEn }) =>
      language === 'en' ? `“${columnTitle}”: ${reasonEn}` : `「${columnTitle}」${reason}`,
    )
    .join(' ');
}

function shown(value: string): string {
  const characters = [...value];
  return characters.length > 60 ? `${characters.slice(0, 60).join('')}…` : value;
}
