import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  dateEn,
  dateZh,
  daysBetween,
  durationEn,
  durationZh,
  isIsoDate,
  monthsBetween,
} from './dates.ts';

const anyDate = fc
  .integer({ min: 0, max: 73_000 })
  .map((days) => new Date(Date.UTC(1900, 0, 1 + days)).toISOString().slice(0, 10));

describe('isIsoDate', () => {
  it.each(['2026-11-21', '2024-02-29', '2000-02-29', '0099-12-31'])('takes %s', (text) => {
    expect(isIsoDate(text)).toBe(true);
  });

  it.each([
    '2026-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-00-10',
    '2026-1-1',
    '2026-11-21T00:00',
    '',
    20261121,
    null,
  ])('refuses %s', (value) => {
    expect(isIsoDate(value)).toBe(false);
  });
});

describe('addMonths', () => {
  it.each([
    ['2026-01-31', 1, '2026-02-28'],
    ['2024-01-31', 1, '2024-02-29'],
    ['2024-02-29', 12, '2025-02-28'],
    ['2026-11-21', 2, '2027-01-21'],
    ['2026-01-15', -1, '2025-12-15'],
  ])('%s + %i months is %s', (from, months, to) => {
    expect(addMonths(from, months)).toBe(to);
  });
});

describe('monthsBetween', () => {
  it.each([
    ['2026-01-31', '2026-02-28', { months: 1, days: 0 }],
    ['2026-01-31', '2026-03-30', { months: 1, days: 30 }],
    ['2026-06-18', '2026-10-21', { months: 4, days: 3 }],
    ['2026-06-18', '2026-06-17', { months: 0, days: 0 }],
  ])('%s to %s', (from, to, expected) => {
    expect(monthsBetween(from, to)).toEqual(expected);
  });

  it('adds up: the months and the days over lead from one date to the other', () => {
    fc.assert(
      fc.property(anyDate, anyDate, (a, b) => {
        const [from, to] = a < b ? [a, b] : [b, a];
        const { months, days } = monthsBetween(from, to);
        expect(addDays(addMonths(from, months), days)).toBe(to);
        expect(days).toBeLessThan(31);
      }),
    );
  });
});

describe('daysBetween', () => {
  it('undoes addDays', () => {
    fc.assert(
      fc.property(anyDate, fc.integer({ min: -5000, max: 5000 }), (from, days) => {
        expect(daysBetween(from, addDays(from, days))).toBe(days);
      }),
    );
  });
});

describe('in words', () => {
  it.each([
    ['2023-09-05', '2026-11-21', '3 年 2 个月', '3 years 2 months'],
    ['2025-11-21', '2026-11-21', '1 年', '1 year'],
    ['2026-06-18', '2026-10-21', '4 个月零 3 天', '4 months 3 days'],
    ['2026-10-21', '2026-11-21', '1 个月', '1 month'],
    ['2026-11-09', '2026-11-21', '12 天', '12 days'],
    ['2026-11-20', '2026-11-21', '1 天', '1 day'],
  ])('%s to %s', (from, to, zh, en) => {
    expect(durationZh(from, to)).toBe(zh);
    expect(durationEn(from, to)).toBe(en);
  });

  it('says a date as people do', () => {
    expect(dateZh('2027-01-01')).toBe('2027年1月1日');
    expect(dateEn('2027-01-01')).toBe('1 January 2027');
  });
});
