import { describe, expect, it } from 'vitest';
import type { Use } from '../facts.ts';
import type { Limit } from './limit.ts';
import { countedOn, judgeLimit, limitState, limitText, periodOf } from './limit.ts';

const yearly: Limit = { times: 2, per: 'calendar-year', countedBy: 'submittedOn' };
const use = (period: string, more: Partial<Use> = {}): Use => ({
  submittedOn: '2026-03-05',
  period,
  caseNumber: 'ZY-1',
  ...more,
});
const facts = (uses: Use[], today = '2026-11-21', answers?: Record<string, string>) => ({
  today,
  member: { status: 'active' as const, joinedOn: '2020-01-01', unionName: '春晖工会' },
  uses,
  ...(answers ? { answers } : {}),
});

describe('periodOf', () => {
  it.each([
    ['calendar-year', '2026-12-31', { key: '2026', startsOn: '2026-01-01', nextStartsOn: '2027-01-01' }],
    ['calendar-month', '2026-12-31', { key: '2026-12', startsOn: '2026-12-01', nextStartsOn: '2027-01-01' }],
    ['lifetime', '2026-12-31', { key: 'lifetime', startsOn: null, nextStartsOn: null }],
  ] as const)('%s of %s', (per, date, period) => {
    expect(periodOf(per, date)).toEqual(period);
  });
});

describe('judgeLimit', () => {
  it.each([
    [[], '今年还没有领取（上限 2 次）', '0/2'],
    [[use('2026')], '今年已领取 1 次（上限 2 次）', '1/2'],
    [[use('2026', { pending: true })], '今年有 1 次正在办理（上限 2 次）', '1/2'],
    [[use('2025'), use('2025')], '今年还没有领取（上限 2 次）', '0/2'],
  ])('allows one more, and says how many there were', (uses, reason, datum) => {
    expect(judgeLimit(yearly, facts(uses))).toMatchObject({ ok: true, reason, datum });
  });

  it('refuses the third of the year and says from when', () => {
    expect(judgeLimit(yearly, facts([use('2026'), use('2026')]))).toEqual({
      ok: false,
      reason: '今年已领取 2 次（上限 2 次），2027年1月1日 起可再申请',
      reasonEn: 'Received 2 times this year (limit 2); you can apply again from 1 January 2027',
      datum: '2/2',
      from: '2027-01-01',
    });
  });

  it('counts one that is still under way, and calls it that', () => {
    expect(judgeLimit(yearly, facts([use('2026'), use('2026', { pending: true })])).reason).toBe(
      '今年已领取 1 次、1 次正在办理（上限 2 次），2027年1月1日 起可再申请',
    );
  });

  it('opens again on the first day of the year', () => {
    const uses = [use('2026'), use('2026')];
    expect(judgeLimit(yearly, facts(uses, '2026-12-31')).ok).toBe(false);
    expect(judgeLimit(yearly, facts(uses, '2027-01-01')).ok).toBe(true);
  });

  it('passes over a month that is full already', () => {
    const monthly: Limit = { times: 1, per: 'calendar-month', countedBy: 'submittedOn' };
    const verdict = judgeLimit(monthly, facts([use('2026-11'), use('2026-12')]));
    expect(verdict).toMatchObject({ ok: false, from: '2027-01-01' });
    expect(verdict.reason).toContain('本月已领取 1 次');
  });

  it('has no next time where it is once in a lifetime', () => {
    const once: Limit = { times: 1, per: 'lifetime', countedBy: 'submittedOn' };
    const verdict = judgeLimit(once, facts([use('lifetime')]));
    expect(verdict).toMatchObject({ ok: false, reason: '已领取 1 次（上限 1 次）' });
    expect(verdict.from).toBeUndefined();
  });

  it('counts by a date of the form once it is known, where waiting does not help', () => {
    const byStay: Limit = { times: 1, per: 'calendar-year', countedBy: 'dischargedOn' };
    const lastYear = { dischargedOn: '2025-12-28' };
    expect(judgeLimit(byStay, facts([use('2026')], '2026-11-21', lastYear)).ok).toBe(true);
    const verdict = judgeLimit(byStay, facts([use('2025')], '2026-11-21', lastYear));
    expect(verdict).toMatchObject({ ok: false, reason: '2025年已领取 1 次（上限 1 次）' });
    expect(verdict.from).toBeUndefined();
    expect(countedOn(byStay, facts([]))).toBe('2026-11-21');
  });
});

it('gives the state as numbers too', () => {
  expect(limitState(yearly, facts([use('2026')]))).toMatchObject({
    used: 1,
    allowed: 2,
    period: { key: '2026' },
  });
});

it.each([
  ['calendar-year', '每人每年最多 2 次', 'At most 2 times per person and calendar year'],
  ['calendar-month', '每人每月最多 2 次', 'At most 2 times per person and month'],
  ['lifetime', '每人最多 2 次', 'At most 2 times per person'],
] as const)('says the rule in words: %s', (per, zh, en) => {
  expect(limitText({ ...yearly, per })).toEqual({ zh, en });
});
