import { maskIdNumber } from '@smart-union/catalogue-kit/checks/id-number.ts';
import { unionNameKeys } from '@smart-union/catalogue-kit/checks/union-name.ts';
import type { Table } from '../../../kernel/sheets/header.ts';
import { placeOf, RowNotes, verdictOf } from '../../../kernel/sheets/verdicts.ts';
import type { RowVerdict } from '../../../kernel/sheets/verdicts.ts';
import { memberColumns } from './columns.ts';
import type { MemberColumn } from './columns.ts';
import { memberFaultTexts as texts, type MemberFaultKind } from './faults.ts';
import {
  readChange,
  readCodes,
  readDate,
  readIdentity,
  readName,
  readPhone,
  readText,
  readYesNo,
} from './read-row.ts';
import type { Identity, MemberCodes, Notes, Row } from './read-row.ts';

/** A member as a roster row gives her, put right and checked; personal numbers are in plain and must not be logged. */
export interface ParsedMember<Union> extends Identity, MemberCodes {
  name: string;
  phone: string;
  union: Union;
  joinedOn: string;
  occupation?: string;
  migrantWorker?: boolean;
  employerName?: string;
  /** 会籍变化类型: 1 入会, 2 转入, 3 保留. */
  changeCode: '1' | '2' | '3';
  changeReason?: string;
}

export interface JudgeMembersSetting<Union> {
  /** The day in Asia/Shanghai, YYYY-MM-DD. */
  today: string;
  /** Unions by `unionNameKey`. */
  unions: ReadonlyMap<string, Union>;
  /** Members already enrolled, by ID number: where. Leave out to compare later, against the database. */
  alreadyKnown?: ReadonlyMap<string, { union: Union; unionName: string }>;
}

export type MemberVerdict<Union> = RowVerdict<ParsedMember<Union>, MemberFaultKind>;

const titles = new Map(memberColumns.map(({ key, title }) => [key, title]));

/**
 * Says of each row of a member roster whether it can be taken, with a warning or not, or why not. Pure: looks at nothing but
 * the rows and the setting. Rows keep their order; the first row of a person counts, whatever becomes of it, since only a
 * person can say which of two different rows is right.
 */
export function judgeMembers<Union>(
  tables: readonly Table<MemberColumn>[],
  setting: JudgeMembersSetting<Union>,
): MemberVerdict<Union>[] {
  const judge = memberJudge(setting);
  return tables.flatMap((table) => table.rows.map((row) => judge(table, row)));
}

/** The same row by row, in the order of the file; keeps of each person only where she stood first. */
export function memberJudge<Union>(
  setting: JudgeMembersSetting<Union>,
): (table: Table<MemberColumn>, row: Row) => MemberVerdict<Union> {
  const firstRows = new Map<string, RowPlace>();
  return (table, row) => {
    const notes: Notes = new RowNotes(table, titles);
    const parsed = readMember(row, setting, notes, firstRows);
    const verdict = verdictOf(notes.faults);
    const { sheet, row: number, texts } = row;
    const accepted = verdict !== 'reject' && parsed ? { parsed } : {};
    return { sheet, row: number, verdict, ...accepted, faults: notes.faults, texts };
  };
}

type RowPlace = Pick<Row, 'sheet' | 'row'>;

function readMember<Union>(
  row: Row,
  setting: JudgeMembersSetting<Union>,
  notes: Notes,
  firstRows: Map<string, RowPlace>,
): ParsedMember<Union> | undefined {
  const name = readName(row, notes);
  const identity = readIdentity(row, setting.today, notes);
  const phone = readPhone(row, notes);
  const union = readUnion(row, setting.unions, notes);
  const joinedOn = readJoinedOn(row, setting.today, notes);
  const changeCode = readChange(row, notes);
  const codes = readCodes(row, notes);
  const migrantWorker = readYesNo(row, 'migrantWorker', notes);
  if (identity) refuseRepeated(row, identity, notes, firstRows);
  if (identity && union) refuseElsewhere(identity, union, setting, notes);
  if (name === undefined || !identity || phone === undefined || union === undefined) return undefined;
  const occupation = readText(row, 'occupation');
  const employerName = readText(row, 'employer');
  const changeReason = readText(row, 'changeReason');
  return {
    ...identity,
    ...codes,
    name,
    phone,
    union,
    joinedOn,
    changeCode,
    ...(occupation && { occupation }),
    ...(migrantWorker !== undefined && { migrantWorker }),
    ...(employerName && { employerName }),
    ...(changeReason && { changeReason }),
  };
}

function readUnion<Union>(row: Row, unions: ReadonlyMap<string, Union>, notes: Notes): Union | undefined {
  const text = row.text('union');
  const keys = unionNameKeys(text);
  if (keys[0] === '') {
    notes.refuse('union', 'missing-union', text, texts.missingUnion);
    return undefined;
  }
  for (const key of keys) {
    const union = unions.get(key);
    if (union !== undefined) return union;
  }
  notes.refuse('union', 'unknown-union', text, texts.unknownUnion);
  return undefined;
}

function readJoinedOn(row: Row, today: string, notes: Notes): string {
  const joinedOn = readDate(row, 'joinedOn', notes);
  if (joinedOn === undefined) {
    if (row.text('joinedOn').trim() === '') {
      notes.warn('joinedOn', 'missing-joining-date', '', texts.missingJoiningDate(today));
    }
    return today;
  }
  if (joinedOn > today) {
    notes.refuse('joinedOn', 'joined-in-future', joinedOn, texts.joinedInFuture);
  }
  return joinedOn;
}

function refuseRepeated(
  row: Row,
  { idKind, idNumber }: Identity,
  notes: Notes,
  firstRows: Map<string, RowPlace>,
): void {
  const key = `${idKind} ${idNumber}`;
  const first = firstRows.get(key);
  if (!first) {
    firstRows.set(key, { sheet: row.sheet, row: row.row });
    return;
  }
  const text = texts.repeated(placeOf(first, row.sheet));
  notes.refuse('idNumber', 'duplicate-in-file', maskIdNumber(idNumber), text);
}

function refuseElsewhere<Union>(
  { idNumber }: Identity,
  union: Union,
  setting: JudgeMembersSetting<Union>,
  notes: Notes,
): void {
  const known = setting.alreadyKnown?.get(idNumber);
  if (!known || known.union === union) return;
  notes.refuse('union', 'member-elsewhere', known.unionName, texts.memberOf(known.unionName));
}
