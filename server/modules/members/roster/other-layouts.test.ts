import { unionNameKey } from '@smart-union/catalogue-kit/checks/union-name.ts';
import { describe, expect, it } from 'vitest';
import { findTables } from '../../../kernel/sheets/header.ts';
import type { Table } from '../../../kernel/sheets/header.ts';
import type { CellMark, Sheet } from '../../../kernel/sheets/rows.ts';
import { codeFor, educationLevels, ethnicGroups, politicalStatuses } from './code-tables.ts';
import { memberColumns } from './columns.ts';
import type { MemberColumn } from './columns.ts';
import { memberFaultTitles } from './faults.ts';
import { judgeMembers } from './judge.ts';
import type { MemberVerdict } from './judge.ts';

const today = '2026-11-21';
const unions = new Map(['甲公司工会委员会', '乙（泰州）公司工会'].map((name) => [unionNameKey(name), name]));
const id = '11010519491231002X';

interface Cells {
  texts: Record<string, string>;
  marks?: Record<string, CellMark>;
}

/** A sheet with these columns, other headings than the district's own. */
function tableOf(people: readonly Cells[], name = '城东'): Table<MemberColumn>[] {
  const titles = [
    '联系电话',
    '职工姓名',
    '身份证号',
    '工会名称',
    '性别',
    '证件种类',
    '入会时间',
    '民族',
    '文化程度',
    '政治面貌',
    '农民工',
    '会籍变化',
    '单位',
  ];
  const rows = people.map(({ texts, marks = {} }, at) => ({
    row: at + 2,
    texts: titles.map((title) => texts[title] ?? ''),
    marks: Object.fromEntries(Object.entries(marks).map(([title, mark]) => [titles.indexOf(title), mark])),
  }));
  const sheet: Sheet = { name, hidden: false, rows: [{ row: 1, texts: titles }, ...rows] };
  return findTables([sheet], memberColumns).tables;
}

const person: Record<string, string> = {
  联系电话: '13812345678',
  职工姓名: '张三',
  身份证号: id,
  工会名称: '甲公司工会',
  入会时间: '2018年3月1日',
};

function judgeOne(texts: Record<string, string>, marks?: Record<string, CellMark>): MemberVerdict<string> {
  return judgeMembers(tableOf([{ texts: { ...person, ...texts }, ...(marks && { marks }) }]), {
    today,
    unions,
  })[0]!;
}

const kindsOf = (verdict: MemberVerdict<string>): string[] => verdict.faults.map(({ kind }) => kind);

describe('rosters of other districts', () => {
  it('are read under other headings, with words for codes', () => {
    const verdict = judgeOne({
      工会名称: '乙(泰州)公司工会委员会',
      性别: '女性',
      证件种类: '居民身份证',
      民族: '维吾尔',
      文化程度: '大专',
      政治面貌: '党员',
      农民工: '√',
      会籍变化: '转入',
      单位: ' 乙公司 ',
    });
    expect(verdict).toMatchObject({ verdict: 'accept', sheet: '城东', row: 2 });
    expect(verdict.parsed).toEqual({
      name: '张三',
      idKind: 'resident-card',
      idNumber: id,
      sex: 'female',
      bornOn: '1949-12-31',
      phone: '13812345678',
      union: '乙（泰州）公司工会',
      joinedOn: '2018-03-01',
      ethnicityCode: '05',
      educationCode: '31',
      politicalCode: '01',
      migrantWorker: true,
      changeCode: '2',
      employerName: '乙公司',
    });
  });

  it('name the column by the file’s own heading', () => {
    expect(judgeOne({ 联系电话: '无' }).faults).toEqual([
      {
        column: 'phone',
        columnTitle: '联系电话',
        kind: 'bad-phone',
        severity: 'refusal',
        value: '无',
        reason: '手机号应是 13 到 19 开头的 11 位数字。请核对。',
        reasonEn: 'A mobile number has 11 digits and begins with 13 to 19. Please check it.',
      },
    ]);
  });

  it('may have everything wrong at once, and are told all of it', () => {
    const verdict = judgeOne({
      联系电话: '',
      职工姓名: '张3',
      身份证号: '1',
      工会名称: '',
      入会时间: '不详',
      民族: '火星',
    });
    expect(kindsOf(verdict)).toEqual([
      'bad-name',
      'wrong-id-length',
      'missing-phone',
      'missing-union',
      'bad-date',
      'unknown-code',
    ]);
    expect(verdict.parsed).toBeUndefined();
  });
});

describe('one fault at a time', () => {
  it.each<[string, Record<string, string>, string, string]>([
    ['a formula typed as text', { 职工姓名: '＝1+1' }, 'reject', 'formula-in-name'],
    ['a lost character', { 职工姓名: '王\uE863' }, 'reject', 'lost-character'],
    ['an ID in scientific notation', { 身份证号: '1.10105E+17' }, 'reject', 'id-lost-digits'],
    ['an unknown kind of papers', { 证件种类: '学生证' }, 'reject', 'unknown-id-kind'],
    ['a permit on a resident card', { 证件种类: '7' }, 'accept-with-warning', 'id-kind-disagrees-with-id'],
    ['the other sex', { 性别: '男' }, 'accept-with-warning', 'sex-disagrees-with-id'],
    ['a sex nobody knows', { 性别: '？' }, 'accept-with-warning', 'unknown-code'],
    ['no joining date', { 入会时间: '' }, 'accept-with-warning', 'missing-joining-date'],
    ['a date to come', { 入会时间: '2026-11-22' }, 'reject', 'joined-in-future'],
    ['a day not on the calendar', { 入会时间: '2018-02-30' }, 'reject', 'bad-date'],
    ['somebody who left', { 会籍变化: '退会' }, 'reject', 'not-a-joining'],
    ['an unknown change', { 会籍变化: '借调' }, 'accept-with-warning', 'unknown-code'],
    ['a passport with odd characters', { 证件种类: '护照', 身份证号: 'E1/2' }, 'reject', 'bad-id'],
    ['a passport left out', { 证件种类: '护照', 身份证号: '' }, 'reject', 'missing-id'],
    ['a code named like an object’s own', { 民族: 'constructor' }, 'accept-with-warning', 'unknown-code'],
    ['a sex named like an object’s own', { 性别: 'toString' }, 'accept-with-warning', 'unknown-code'],
  ])('%s', (_, texts, verdict, kind) => {
    const found = judgeOne(texts);
    expect([found.verdict, ...kindsOf(found)]).toEqual([verdict, kind]);
    expect(Object.keys(memberFaultTitles)).toContain(kind);
    expect(found.faults[0]!.reason).toMatch(/请|可以|已|采用|只收|先/);
  });

  it('today is not in the future', () => expect(judgeOne({ 入会时间: today }).verdict).toBe('accept'));

  it('a formula that yields a name is still a formula', () => {
    expect(kindsOf(judgeOne({}, { 职工姓名: { formula: true } }))).toEqual(['formula-in-name']);
  });

  it('digits lost by Excel are not called a wrong check digit', () => {
    const verdict = judgeOne({ 身份证号: '110105194912310000' }, { 身份证号: { imprecise: true } });
    expect(kindsOf(verdict)).toEqual(['id-lost-digits']);
    expect(verdict.faults[0]!.value).toBe('11010519******0000');
  });

  it('a true date wins over how it is shown', () => {
    expect(judgeOne({ 入会时间: '3月1日' }, { 入会时间: { on: '2018-03-01' } }).parsed?.joinedOn).toBe(
      '2018-03-01',
    );
  });

  it('a foreigner’s passport takes sex and birth from the row', () => {
    const { parsed } = judgeOne({ 证件种类: '2', 身份证号: 'e1234567', 性别: 'F', 职工姓名: 'Anna Müller' });
    expect(parsed).toMatchObject({
      idKind: 'passport',
      idNumber: 'E1234567',
      sex: 'female',
      name: 'Anna Müller',
    });
  });
});

describe('one person twice', () => {
  it('is found across sheets and spellings, and told where', () => {
    const first = tableOf([{ texts: { ...person, 联系电话: '无' } }], '城东');
    const second = tableOf([{ texts: { ...person, 身份证号: ' 110105 19491231 002x' } }], '城西');
    const verdicts = judgeMembers([...first, ...second], { today, unions });
    expect(verdicts.map(kindsOf)).toEqual([['bad-phone'], ['duplicate-in-file']]);
    expect(verdicts[1]!.faults[0]!.reason).toContain('工作表「城东」第 2 行');
  });

  it('who is known already is taken again in her own union, and sent to transfer from another', () => {
    const alreadyKnown = new Map([[id, { union: '甲公司工会委员会', unionName: '甲公司工会委员会' }]]);
    const judged = (union: string): string[] =>
      kindsOf(
        judgeMembers(tableOf([{ texts: { ...person, 工会名称: union } }]), {
          today,
          unions,
          alreadyKnown,
        })[0]!,
      );
    expect(judged('甲公司工会')).toEqual([]);
    expect(judged('乙（泰州）公司工会')).toEqual(['member-elsewhere']);
  });
});

describe('code tables', () => {
  it('have every code of the standards', () => {
    expect(Object.keys(ethnicGroups.names).length).toBe(58);
    expect([
      codeFor(ethnicGroups, '01'),
      codeFor(ethnicGroups, '汉'),
      codeFor(ethnicGroups, '基诺族'),
    ]).toEqual(['01', '01', '56']);
    expect(codeFor(ethnicGroups, '1')).toBe('01');
    expect(codeFor(ethnicGroups, '57')).toBeUndefined();
    expect([codeFor(educationLevels, '44'), codeFor(educationLevels, '本科')]).toEqual(['44', '21']);
    expect([codeFor(politicalStatuses, '13'), codeFor(politicalStatuses, '群众')]).toEqual(['13', '13']);
  });
});
