import { SheetError } from './errors.ts';
import { columnIndex } from './merges.ts';
import type { Merge } from './merges.ts';
import { dateOfSerial, numberText, timeOfSerial } from './number-text.ts';
import type { NumberShape } from './number-text.ts';
import type { CellMark, SheetLimits, SheetRow } from './rows.ts';
import { unescapeText } from './xml-events.ts';
import type { XmlHandlers } from './xml-events.ts';

export interface SheetXmlSetting {
  name: string;
  strings: readonly string[];
  shapes: readonly NumberShape[];
  since1904: boolean;
  merges: readonly Merge[];
  limits: SheetLimits;
  /** Called for each row that has text of its own. */
  emit(row: SheetRow): void;
}

interface Filled extends Merge {
  text: string;
  mark: CellMark | undefined;
}

/** Turns the events of one worksheet part into rows. One reader serves one sheet. */
export function sheetXmlHandlers(setting: SheetXmlSetting): XmlHandlers {
  const { name: sheet, limits, merges } = setting;
  let row: SheetRow = { row: 0, texts: [] };
  let column = -1;
  let type = '';
  let style = 0;
  let raw = '';
  let inline = '';
  let formula = false;
  let collecting: 'raw' | 'inline' | undefined;
  let inPhonetic = false;
  let inRows = false;
  let nextMerge = 0;
  let open: Filled[] = [];

  function startRow(reference: string | undefined): void {
    const number = reference === undefined ? row.row + 1 : Number(reference);
    if (!Number.isInteger(number) || number <= row.row || number > 1_048_576)
      throw new SheetError('sheet-damaged');
    row = { row: number, texts: [] };
    column = -1;
  }

  function startCell(attributes: Readonly<Record<string, string>>): void {
    const reference = attributes['r'];
    column = reference === undefined ? column + 1 : columnIndex(reference);
    if (column < 0) throw new SheetError('sheet-damaged');
    type = attributes['t'] ?? 'n';
    style = Number(attributes['s'] ?? 0);
    raw = '';
    inline = '';
    formula = false;
  }

  function endCell(): void {
    const { text, mark } = valueOf();
    if (text === '' && !formula) return;
    if (column >= limits.columns) {
      throw new SheetError('sheet-too-many-columns', { sheet, row: row.row, limit: limits.columns });
    }
    if (text.length > limits.cellLength) {
      throw new SheetError('sheet-cell-too-long', { sheet, row: row.row, limit: limits.cellLength });
    }
    put(column, text, formula ? { ...mark, formula: true } : mark);
  }

  function put(index: number, text: string, mark: CellMark | undefined): void {
    while (row.texts.length < index) row.texts.push('');
    row.texts[index] = text;
    if (mark) (row.marks ??= {})[index] = mark;
  }

  function valueOf(): { text: string; mark?: CellMark } {
    if (type === 'inlineStr') return { text: unescapeText(inline) };
    if (raw === '') return { text: '' };
    if (type === 's') return { text: setting.strings[Number(raw)] ?? '' };
    if (type === 'str') return { text: unescapeText(raw) };
    if (type === 'b') return { text: raw.trim() === '1' ? 'TRUE' : 'FALSE' };
    if (type === 'e') return { text: raw, mark: { error: true } };
    if (type === 'd') return isoDate(raw);
    return numberValue();
  }

  function numberValue(): { text: string; mark?: CellMark } {
    const shape = setting.shapes[style];
    if (shape && 'date' in shape) {
      const date = dateOfSerial(Number(raw), setting.since1904);
      if (date) return { text: date.time ? `${date.on} ${date.time}` : date.on, mark: { on: date.on } };
    }
    if (shape && 'time' in shape && Number(raw) >= 0 && Number(raw) < 1)
      return { text: timeOfSerial(Number(raw)) };
    const { text, imprecise } = numberText(raw);
    if (imprecise) return { text, mark: { imprecise: true } };
    return { text: shape && 'pad' in shape && /^\d+$/.test(text) ? text.padStart(shape.pad, '0') : text };
  }

  function endRow(): void {
    // A row counts only for text of its own: thirty blank rows beside a merged cell are still blank.
    const own = row.texts.some((text) => text !== '') || row.marks !== undefined;
    fillMerged();
    if (own) setting.emit(row);
  }

  function fillMerged(): void {
    open = open.filter((merge) => merge.bottom >= row.row);
    for (; nextMerge < merges.length && merges[nextMerge]!.top <= row.row; nextMerge += 1) {
      const merge = merges[nextMerge]!;
      if (merge.bottom < row.row || merge.left >= limits.columns) continue;
      const first = merge.top === row.row ? merge.left : -1;
      open.push({ ...merge, text: row.texts[first] ?? '', mark: row.marks?.[first] });
      // Areas may not overlap, so no row is under more of them than it has columns.
      if (open.length > limits.columns) throw new SheetError('sheet-too-many-merges', { sheet });
    }
    for (const merge of open) {
      if (merge.text === '') continue;
      for (let index = merge.left; index <= merge.right && index < limits.columns; index += 1) {
        if ((row.texts[index] ?? '') === '') put(index, merge.text, { ...merge.mark, merged: true });
      }
    }
  }

  return {
    open(name, attributes) {
      if (name === 'sheetData') inRows = true;
      if (!inRows) return;
      if (name === 'c') startCell(attributes);
      else if (name === 'v') collecting = 'raw';
      else if (name === 't') collecting = inPhonetic ? undefined : 'inline';
      else if (name === 'row') startRow(attributes['r']);
      else if (name === 'f') formula = true;
      else if (name === 'rPh') inPhonetic = true;
    },
    close(name) {
      if (!inRows) return;
      collecting = undefined;
      if (name === 'c') endCell();
      else if (name === 'row') endRow();
      else if (name === 'rPh') inPhonetic = false;
      else if (name === 'sheetData') inRows = false;
    },
    text(text) {
      if (collecting === 'raw') raw += text;
      else if (collecting === 'inline') inline += text;
    },
  };
}

function isoDate(raw: string): { text: string; mark?: CellMark } {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}:\d{2}))?/.exec(raw);
  if (!match) return { text: raw };
  const [, on, time] = match;
  return { text: time && time !== '00:00:00' ? `${on} ${time}` : on!, mark: { on: on! } };
}
