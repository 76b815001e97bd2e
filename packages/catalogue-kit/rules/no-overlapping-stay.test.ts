import { expect, it } from 'vitest';
import { noOverlappingStay } from './no-overlapping-stay.ts';

const judge = (answers: Record<string, string> | undefined, stays: [string, string][]) =>
  noOverlappingStay.judge(
    { fromField: 'admittedOn', toField: 'dischargedOn' },
    {
      today: '2026-11-21',
      member: { status: 'active', joinedOn: '2020-01-01', unionName: '春晖工会' },
      uses: [],
      previousStays: stays.map(([from, to]) => ({ from, to, caseNumber: 'ZY-1' })),
      ...(answers ? { answers } : {}),
    },
  );
const stay = (admittedOn: string, dischargedOn: string) => ({ admittedOn, dischargedOn });

it('waits for the dates', () => {
  expect(judge(undefined, [])).toMatchObject({ ok: true, pending: true });
  expect(judge({ admittedOn: '2026-11-02' }, [])).toMatchObject({ ok: true, pending: true });
  expect(judge({ admittedOn: '昨天', dischargedOn: '2026-11-09' }, [])).toMatchObject({ pending: true });
});

it.each([
  ['the same stay', '2026-11-02', '2026-11-09'],
  ['one within it', '2026-11-04', '2026-11-05'],
  ['one around it', '2026-10-01', '2026-11-20'],
  ['one that runs into it', '2026-10-30', '2026-11-03'],
  ['one that begins in it', '2026-11-08', '2026-11-12'],
  ['one day of it', '2026-11-05', '2026-11-05'],
  ['its last day alone', '2026-11-09', '2026-11-09'],
])('refuses %s and names the earlier case', (_, from, to) => {
  expect(judge(stay(from, to), [['2026-11-02', '2026-11-09']])).toMatchObject({
    ok: false,
    reason: '这次住院与 2026年11月2日 至 2026年11月9日 的住院重叠，那次已经申请过（ZY-1），请核对日期',
    datum: '2026年11月2日 至 2026年11月9日（ZY-1）',
  });
});

it.each([
  ['the day of a transfer: out of one, into the next', '2026-11-09', '2026-11-15'],
  ['the day of a transfer, claimed the other way round', '2026-10-25', '2026-11-02'],
  ['another month', '2026-08-01', '2026-08-09'],
])('accepts %s', (_, from, to) => {
  const verdict = judge(stay(from, to), [['2026-11-02', '2026-11-09']]);
  expect(verdict).toMatchObject({ ok: true });
  expect(verdict.pending).toBeUndefined();
});

it('looks at every earlier stay', () => {
  const stays: [string, string][] = [
    ['2026-02-01', '2026-02-03'],
    ['2026-11-02', '2026-11-09'],
  ];
  expect(judge(stay('2026-11-03', '2026-11-04'), stays).ok).toBe(false);
});
