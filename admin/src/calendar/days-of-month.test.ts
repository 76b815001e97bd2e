import { expect, it } from 'vitest';
import { daysOfMonth } from './days-of-month.ts';

it('begins rows on Monday', () => {
  // 1 November 2026 is a Sunday, 1 June 2026 a Monday.
  expect(daysOfMonth(2026, 11).findIndex((day) => day === '2026-11-01')).toBe(6);
  expect(daysOfMonth(2026, 6)[0]).toBe('2026-06-01');
});

it('knows leap years', () => {
  expect(daysOfMonth(2028, 2).at(-1)).toBe('2028-02-29');
  expect(daysOfMonth(2026, 2).at(-1)).toBe('2026-02-28');
});
