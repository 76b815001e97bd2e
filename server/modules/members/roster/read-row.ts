import { compact } from '@smart-union/catalogue-kit/checks/digits.ts';
import { checkIdNumber, maskIdNumber } from '@smart-union/catalogue-kit/checks/id-number.ts';
import { checkPersonName } from '@smart-union/catalogue-kit/checks/person-name.ts';
import { checkPhone, maskPhone } from '@smart-union/catalogue-kit/checks/phone.ts';
import { looksLikeFormula } from '../../../kernel/sheets/cell-safety.ts';
import { dateFromText } from '../../../kernel/sheets/date-text.ts';
import type { TableRow } from '../../../kernel/sheets/header.ts';
import type { RowNotes } from '../../../kernel/sheets/verdicts.ts';
import {
  codeFor,
  educationLevels,
  ethnicGroups,
  idKinds,
  membershipChanges,
  politicalStatuses,
} from './code-tables.ts';
import type { CodeTable } from './code-tables.ts';
import type { MemberColumn } from './columns.ts';
import { memberFaultTexts as texts, type MemberFaultKind } from './faults.ts';

export type IdKind =
  'resident-card' | 'hk-mo-tw-permit' | 'foreign-resident-card' | 'passport' | 'officer-card';
export type Sex = 'male' | 'female' | 'unknown';

export type Row = TableRow<MemberColumn>;
export type Notes = RowNotes<MemberColumn, MemberFaultKind>;

export function readName(row: Row, notes: Notes): string | undefined {
  const text = row.text('name');
  if (row.mark('name')?.formula || looksLikeFormula(text)) {
    notes.refuse('name', 'formula-in-name', text, texts.formulaInName);
    return undefined;
  }
  const check = checkPersonName(text);
  if (check.ok) return check.name;
  notes.refuse('name', check.fault, text, check);
  return undefined;
}

export interface Identity {
  idKind: IdKind;
  idNumber: string;
  sex: Sex;
  bornOn?: string;
}

/** The identity papers: their number decides over what else the row says about sex and kind. */
export function readIdentity(row: Row, today: string, notes: Notes): Identity | undefined {
  const kindText = compact(row.text('idKind'));
  const code = kindText === '' ? '1' : codeFor(idKinds, kindText);
  if (code === undefined) {
    const known = Object.values(idKinds.names).join('、');
    notes.refuse('idKind', 'unknown-id-kind', kindText, texts.unknownIdKind(known));
    return undefined;
  }
  if (code === '2' || code === '3')
    return readOtherPapers(row, code === '2' ? 'passport' : 'officer-card', notes);
  const text = row.text('idNumber');
  const check = checkIdNumber(text, { today });
  if (!check.ok) {
    const lost = row.mark('idNumber')?.imprecise || /E\+?\d+$/i.test(compact(text));
    if (lost) {
      notes.refuse('idNumber', 'id-lost-digits', maskIdNumber(text), texts.idLostDigits);
    } else {
      notes.refuse('idNumber', check.fault, maskIdNumber(text), check);
    }
    return undefined;
  }
  const permit = check.holder === 'hk-mo-tw-resident';
  if (kindText !== '' && permit !== (code === '7')) {
    notes.warn('idKind', 'id-kind-disagrees-with-id', kindText, texts.idKindDisagrees(permit));
  }
  const typed = readSex(row, notes);
  if (typed !== undefined && typed !== 'unknown' && typed !== check.sex) {
    notes.warn('sex', 'sex-disagrees-with-id', row.text('sex'), texts.sexDisagrees(check.sex));
  }
  const idKind = permit
    ? 'hk-mo-tw-permit'
    : check.holder === 'resident'
      ? 'resident-card'
      : 'foreign-resident-card';
  return { idKind, idNumber: check.idNumber, sex: check.sex, bornOn: check.bornOn };
}

function readOtherPapers(row: Row, idKind: 'passport' | 'officer-card', notes: Notes): Identity | undefined {
  const idNumber = compact(row.text('idNumber'));
  if (idNumber === '') {
    notes.refuse('idNumber', 'missing-id', '', texts.missingId);
    return undefined;
  }
  const form = idKind === 'passport' ? /^[A-Z0-9]{5,20}$/ : /^[\p{Script=Han}A-Z0-9()-]{6,30}$/u;
  if (!form.test(idNumber)) {
    notes.refuse('idNumber', 'bad-id', maskIdNumber(idNumber), texts.badId);
    return undefined;
  }
  const bornOn = readDate(row, 'bornOn', notes);
  return { idKind, idNumber, sex: readSex(row, notes) ?? 'unknown', ...(bornOn && { bornOn }) };
}

const sexes: Readonly<Record<string, Sex>> = {
  男: 'male',
  男性: 'male',
  '1': 'male',
  M: 'male',
  女: 'female',
  女性: 'female',
  '2': 'female',
  F: 'female',
  '0': 'unknown',
  '9': 'unknown',
  未知: 'unknown',
};

/** GB/T 2261.1, or the words. */
function readSex(row: Row, notes: Notes): Sex | undefined {
  const typed = compact(row.text('sex'));
  if (typed === '') return undefined;
  if (Object.hasOwn(sexes, typed)) return sexes[typed];
  notes.warn('sex', 'unknown-code', row.text('sex'), texts.unknownSex);
  return undefined;
}

export function readPhone(row: Row, notes: Notes): string | undefined {
  const text = row.text('phone');
  const check = checkPhone(text);
  if (check.ok) return check.phone;
  notes.refuse('phone', check.fault, maskPhone(text), check);
  return undefined;
}

/** A date column: blank is undefined without a fault, a date that cannot be read is one. */
export function readDate(row: Row, column: 'joinedOn' | 'bornOn', notes: Notes): string | undefined {
  const text = row.text(column);
  const on = row.mark(column)?.on ?? dateFromText(text);
  if (on === undefined && text.trim() !== '') {
    notes.refuse(column, 'bad-date', text, texts.badDate);
  }
  return on;
}

export interface MemberCodes {
  ethnicityCode?: string;
  educationCode?: string;
  politicalCode?: string;
}

export function readCodes(row: Row, notes: Notes): MemberCodes {
  const ethnicityCode = readCode(row, 'ethnicity', ethnicGroups, notes);
  const educationCode = readCode(row, 'education', educationLevels, notes);
  const politicalCode = readCode(row, 'politics', politicalStatuses, notes);
  return {
    ...(ethnicityCode && { ethnicityCode }),
    ...(educationCode && { educationCode }),
    ...(politicalCode && { politicalCode }),
  };
}

function readCode(row: Row, column: MemberColumn, table: CodeTable, notes: Notes): string | undefined {
  const text = row.text(column);
  if (text.trim() === '') return undefined;
  const code = codeFor(table, text);
  if (code === undefined) {
    notes.warn(column, 'unknown-code', text, texts.notInTable(table.source));
  }
  return code;
}

export function readYesNo(row: Row, column: MemberColumn, notes: Notes): boolean | undefined {
  const typed = compact(row.text(column));
  if (/^(是|1|Y|YES|TRUE|√|✓|✔|对)$/.test(typed)) return true;
  if (/^(否|不是|0|2|N|NO|FALSE|×|X|✘)$/.test(typed)) return false;
  if (typed !== '') notes.warn(column, 'unknown-code', row.text(column), texts.notYesOrNo);
  return undefined;
}

/** Rosters take people in; somebody who left has to be taken out in the system, where it is recorded and told to her. */
export function readChange(row: Row, notes: Notes): '1' | '2' | '3' {
  const text = row.text('changeKind');
  if (text.trim() === '') return '1';
  const code = codeFor(membershipChanges, text);
  if (code === '1' || code === '2' || code === '3') return code;
  if (code === undefined) notes.warn('changeKind', 'unknown-code', text, texts.unknownChange);
  else {
    const name = membershipChanges.names[code];
    notes.refuse('changeKind', 'not-a-joining', text, texts.notAJoining(name ?? text));
  }
  return '1';
}

/** Free text of no great length: blanks at the ends and control characters go. */
export function readText(row: Row, column: MemberColumn): string | undefined {
  const text = row
    .text(column)
    .replace(/\p{Cc}|[\u200B-\u200F\u202A-\u202E\u2066-\u2069\uFEFF]/gu, '')
    .trim();
  return text === '' ? undefined : [...text].slice(0, 100).join('');
}
