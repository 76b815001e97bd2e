import { unionForms, unionLevels } from './roster/codes.ts';

export type UnionEventKind = 'union.founded' | 'union.changed' | 'union.moved';

/** Columns whose value may change, under the names the event rows keep them. */
export interface UnionState {
  name: string;
  superiorId: string | null;
  levelCode: string;
  formCode: string;
  uscc: string | null;
  employerName: string | null;
  foundedOn: string | null;
  approvalNumber: string | null;
  staffCount: number | null;
  status: string;
}

/** What an event row holds: the values that hold from its day on, and for changes those that held before. */
export interface UnionChange {
  set?: Partial<UnionState>;
  was?: Partial<UnionState>;
  /** For moves: the superiors' names on that day. */
  names?: { from: string | null; to: string };
}

/** The state after a union's events, oldest first; undefined before the first. */
export function foldUnion(changes: readonly UnionChange[]): UnionState | undefined {
  const state = Object.assign({}, ...changes.map(({ set }) => set)) as Partial<UnionState>;
  return state.name === undefined ? undefined : (state as UnionState);
}

const titles: Record<keyof UnionState, string> = {
  name: '名称',
  superiorId: '上级工会',
  levelCode: '层级',
  formCode: '组织形式',
  uscc: '统一社会信用代码',
  employerName: '所在单位',
  foundedOn: '建会日期',
  approvalNumber: '批复文号',
  staffCount: '职工人数',
  status: '状态',
};

const statuses: Record<string, string> = { active: '正常', preparing: '筹备中', dissolved: '已撤销' };

function wordsFor(key: keyof UnionState, value: UnionState[keyof UnionState] | undefined): string {
  if (value === null || value === undefined) return '（空）';
  const text = String(value);
  if (key === 'levelCode') return unionLevels[text] ?? text;
  if (key === 'formCode') return unionForms[text] ?? text;
  return key === 'status' ? (statuses[text] ?? text) : text;
}

/** The event as a person reads it. */
export function eventText(kind: string, change: UnionChange): string {
  if (kind === 'union.founded') return change.set?.name ? `建立「${change.set.name}」` : '建立工会';
  if (kind === 'union.moved' && change.names) {
    return `上级工会由「${change.names.from ?? '无'}」改为「${change.names.to}」`;
  }
  const { set = {}, was = {} } = change;
  const keys = Object.keys(set) as (keyof UnionState)[];
  return keys
    .map((key) => `${titles[key]}：${wordsFor(key, was[key])} → ${wordsFor(key, set[key])}`)
    .join('；');
}
