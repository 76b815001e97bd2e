import { unionNameKey, unionNameKeys } from '@smart-union/catalogue-kit/checks/union-name.ts';
import type { Table } from '../../../kernel/sheets/header.ts';
import { placeOf, RowNotes, verdictOf } from '../../../kernel/sheets/verdicts.ts';
import type { RowVerdict } from '../../../kernel/sheets/verdicts.ts';
import { levelBelow, unionLevels } from './codes.ts';
import { unionColumns } from './columns.ts';
import type { UnionColumn } from './columns.ts';
import { unionFaultTexts as texts, type UnionFaultKind } from './faults.ts';
import { readDraft } from './read-row.ts';
import type { Notes, Row, UnionDraft } from './read-row.ts';

/** A union as a directory row gives it, put right and checked. `superiorKey` is the superior's `unionNameKey`, '' on top. */
export interface ParsedUnion extends UnionDraft {
  nameKey: string;
  superiorKey: string;
  levelCode: string;
}

export interface JudgeUnionsSetting {
  /** The day in Asia/Shanghai, YYYY-MM-DD. */
  today: string;
  /** Unions there already, by `unionNameKey`, with their level; empty for a new federation. */
  alreadyKnown?: ReadonlyMap<string, { levelCode: string; superiorKey: string }>;
}

export type UnionVerdict = RowVerdict<ParsedUnion, UnionFaultKind>;

interface Entry {
  row: Row;
  notes: Notes;
  draft: UnionDraft | undefined;
  key: string;
  superior?: { key: string; entry?: Entry };
  levelCode?: string;
  settled?: 'visiting' | 'done';
}

const titles = new Map(unionColumns.map(({ key, title }) => [key, title]));

/**
 * Says of each row of a directory whether the union can be taken, and under whom. Superiors may stand anywhere in the file
 * or be known already; what hangs below a refused row is refused with it, since it would hang in the air. One union may be
 * without a superior: the federation itself. `unions` lists the accepted ones, superiors before their subordinates.
 */
export function judgeUnions(
  tables: readonly Table<UnionColumn>[],
  setting: JudgeUnionsSetting,
): { verdicts: UnionVerdict[]; unions: ParsedUnion[] } {
  const entries = tables.flatMap((table) => table.rows.map((row) => entryFor(table, row, setting)));
  const byKey = refuseRepeated(entries);
  findSuperiors(entries, byKey, setting);
  const unions: ParsedUnion[] = [];
  for (const entry of entries) settle(entry, setting, unions);
  const parsed = new Map(unions.map((union) => [union.nameKey, union]));
  const verdicts = entries.map(({ row, notes, key }) => {
    const verdict = verdictOf(notes.faults);
    const union = verdict === 'reject' ? undefined : parsed.get(key);
    return {
      sheet: row.sheet,
      row: row.row,
      verdict,
      ...(union && { parsed: union }),
      faults: notes.faults,
      texts: row.texts,
    };
  });
  return { verdicts, unions };
}

function entryFor(table: Table<UnionColumn>, row: Row, { today }: JudgeUnionsSetting): Entry {
  const notes: Notes = new RowNotes(table, titles);
  const draft = readDraft(row, today, notes);
  return { row, notes, draft, key: draft ? unionNameKey(draft.name) : '' };
}

function refuseRepeated(entries: readonly Entry[]): Map<string, Entry> {
  const byKey = new Map<string, Entry>();
  const byCode = new Map<string, Entry>();
  for (const entry of entries) {
    const { draft, row, notes } = entry;
    if (!draft) continue;
    const first = byKey.get(entry.key);
    if (first) {
      notes.refuse('name', 'duplicate-in-file', draft.name, texts.repeated(placeOf(first.row, row.sheet)));
      continue;
    }
    byKey.set(entry.key, entry);
    if (!draft.uscc) continue;
    const holder = byCode.get(draft.uscc);
    if (holder) {
      const text = texts.codeRepeated(placeOf(holder.row, row.sheet));
      notes.refuse('uscc', 'uscc-repeated', draft.uscc, text);
    } else byCode.set(draft.uscc, entry);
  }
  return byKey;
}

function findSuperiors(
  entries: readonly Entry[],
  byKey: ReadonlyMap<string, Entry>,
  { alreadyKnown }: JudgeUnionsSetting,
): void {
  let top: Entry | undefined;
  for (const entry of entries) {
    if (!entry.draft) continue;
    const name = entry.draft.superiorName;
    if (name === '') {
      const known = alreadyKnown?.get(entry.key);
      if (known?.superiorKey === '' || (!top && !alreadyKnown?.size)) top ??= entry;
      else entry.notes.refuse('superior', 'missing-superior', '', texts.missingSuperior);
      continue;
    }
    const keys = unionNameKeys(name);
    const inFile = keys.find((key) => byKey.has(key));
    const key = inFile ?? keys.find((candidate) => alreadyKnown?.has(candidate));
    if (key === undefined) {
      entry.notes.refuse('superior', 'unknown-superior', name, texts.unknownSuperior);
    } else {
      const above = inFile === undefined ? undefined : byKey.get(inFile);
      entry.superior = { key, ...(above && { entry: above }) };
    }
  }
}

/** Walks up first, so that a superior is settled before those below it. Depth is bounded by the circle check. */
function settle(entry: Entry, setting: JudgeUnionsSetting, unions: ParsedUnion[]): void {
  const chain: Entry[] = [];
  let at: Entry | undefined = entry;
  while (at && at.settled === undefined) {
    at.settled = 'visiting';
    chain.push(at);
    at = at.superior?.entry;
  }
  if (at?.settled === 'visiting') {
    for (const member of chain.slice(chain.indexOf(at))) {
      const name = member.draft?.superiorName ?? '';
      member.notes.refuse('superior', 'superior-circle', name, texts.circle);
    }
  }
  for (const member of chain.reverse()) {
    member.settled = 'done';
    take(member, setting, unions);
  }
}

function take(entry: Entry, { alreadyKnown }: JudgeUnionsSetting, unions: ParsedUnion[]): void {
  const { draft, notes, superior, key } = entry;
  if (!draft) return;
  const above = superior?.entry;
  if (above && verdictOf(above.notes.faults) === 'reject' && verdictOf(notes.faults) !== 'reject') {
    const text = texts.superiorRefused(placeOf(above.row, entry.row.sheet));
    notes.refuse('superior', 'superior-refused', draft.superiorName, text);
  }
  const aboveLevel = above?.levelCode ?? (superior && alreadyKnown?.get(superior.key)?.levelCode);
  const levelCode = draft.levelCode ?? levelBelow(aboveLevel);
  entry.levelCode = levelCode;
  if (aboveLevel !== undefined && levelCode[0]! < aboveLevel[0]!) {
    const text = texts.aboveSuperior(unionLevels[aboveLevel] ?? aboveLevel);
    notes.warn('level', 'superior-lower', unionLevels[levelCode] ?? levelCode, text);
  }
  if (verdictOf(notes.faults) !== 'reject') {
    unions.push({ ...draft, nameKey: key, superiorKey: superior?.key ?? '', levelCode });
  }
}
