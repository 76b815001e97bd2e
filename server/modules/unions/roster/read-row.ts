import { compact } from '@smart-union/catalogue-kit/checks/digits.ts';
import { checkUscc } from '@smart-union/catalogue-kit/checks/uscc.ts';
import { looksLikeFormula } from '../../../kernel/sheets/cell-safety.ts';
import { dateFromText } from '../../../kernel/sheets/date-text.ts';
import type { TableRow } from '../../../kernel/sheets/header.ts';
import type { RowNotes } from '../../../kernel/sheets/verdicts.ts';
import { formCodeFor, formCodeFromName, levelCodeFor, unionForms, unionLevels } from './codes.ts';
import type { UnionColumn } from './columns.ts';
import { unionFaultTexts as texts, type UnionFaultKind } from './faults.ts';

export type Row = TableRow<UnionColumn>;
export type Notes = RowNotes<UnionColumn, UnionFaultKind>;

/** What a row says of a union by itself, before it is seen against its superior. */
export interface UnionDraft {
  name: string;
  /** '' for the top of the tree. */
  superiorName: string;
  /** Left out when the list has none; then one below the superior's. */
  levelCode?: string;
  formCode: string;
  uscc?: string;
  employerName?: string;
  foundedOn?: string;
  approvalNumber?: string;
  staffCount?: number;
}

/** Reads one row by itself; undefined when it has no usable name. Other refusals stand in the notes. */
export function readDraft(row: Row, today: string, notes: Notes): UnionDraft | undefined {
  const name = readName(row, notes);
  const levelCode = readCode(row, 'level', notes);
  const formCode = readCode(row, 'form', notes);
  const uscc = readUscc(row, notes);
  const foundedOn = readFoundedOn(row, today, notes);
  const staffCount = readStaffCount(row, notes);
  const employerName = plain(row.text('employer'));
  const approvalNumber = plain(row.text('approvalNumber'));
  if (name === undefined) return undefined;
  return {
    name,
    superiorName: plain(row.text('superior')).replace(/^(无|—+|-+|\/)$/, ''),
    formCode: formCode ?? formCodeFromName(name),
    ...(levelCode && { levelCode }),
    ...(uscc && { uscc }),
    ...(employerName && { employerName }),
    ...(foundedOn && { foundedOn }),
    ...(approvalNumber && { approvalNumber }),
    ...(staffCount !== undefined && { staffCount }),
  };
}

function readName(row: Row, notes: Notes): string | undefined {
  const text = row.text('name');
  if (row.mark('name')?.formula || looksLikeFormula(text)) {
    notes.refuse('name', 'formula-in-name', text, texts.formulaInName);
    return undefined;
  }
  const name = plain(text).replace(/(?<=\p{Script=Han}) | (?=\p{Script=Han})/gu, '');
  if (name === '') {
    notes.refuse('name', 'missing-name', text, texts.missingName);
    return undefined;
  }
  const length = [...name].length;
  if (length < 4 || length > 100 || !/\p{Script=Han}/u.test(name)) {
    notes.refuse('name', 'bad-name', name, texts.badName);
    return undefined;
  }
  return name;
}

function readCode(row: Row, column: 'level' | 'form', notes: Notes): string | undefined {
  const text = plain(row.text(column));
  if (text === '') return undefined;
  const code = column === 'level' ? levelCodeFor(text) : formCodeFor(text);
  if (code === undefined) {
    const table = column === 'level' ? unionLevels : unionForms;
    const known = Object.entries(table)
      .map(([key, name]) => `${key} ${name}`)
      .join('、');
    notes.refuse(
      column,
      column === 'level' ? 'unknown-level' : 'unknown-form',
      text,
      texts.unknownCode(known),
    );
  }
  return code;
}

function readUscc(row: Row, notes: Notes): string | undefined {
  const text = row.text('uscc');
  const check = checkUscc(text);
  if (!check.ok) {
    // Small unions have no legal personality and no code.
    if (check.fault !== 'missing-uscc') notes.refuse('uscc', check.fault, plain(text), check);
    return undefined;
  }
  if (!check.union) {
    notes.warn('uscc', 'uscc-not-a-union', check.uscc, texts.notAUnion);
  }
  return check.uscc;
}

function readFoundedOn(row: Row, today: string, notes: Notes): string | undefined {
  const text = row.text('foundedOn');
  if (text.trim() === '') return undefined;
  const on = row.mark('foundedOn')?.on ?? dateFromText(text);
  if (on === undefined) {
    notes.refuse('foundedOn', 'bad-date', text, texts.badDate);
  } else if (on > today) {
    notes.refuse('foundedOn', 'founded-in-future', on, texts.foundedInFuture);
  }
  return on;
}

function readStaffCount(row: Row, notes: Notes): number | undefined {
  const typed = compact(row.text('staffCount')).replace(/[,人名]/g, '');
  if (typed === '') return undefined;
  if (/^\d{1,7}$/.test(typed)) return Number(typed);
  notes.warn('staffCount', 'bad-number', row.text('staffCount'), texts.badNumber);
  return undefined;
}

function plain(text: string): string {
  return text
    .replace(/[\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g, '')
    .replace(/\p{Cc}|\s/gu, ' ')
    .replace(/ +/g, ' ')
    .trim();
}
