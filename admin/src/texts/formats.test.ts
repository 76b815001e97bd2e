import { expect, it } from 'vitest';
import { formatDate, formatHours, formatInstant, formatMoney, formatPlainDate, todayOn } from './formats.ts';

// 2026-11-21 00:30 in China, still the 20th in Greenwich.
const now = new Date('2026-11-20T16:30:00Z');

it('takes today from the Chinese clock', () => {
  expect(todayOn(now)).toBe('2026-11-21');
});

it.each([
  ['2026-11-24', '11月24日 (周二)', 'Tue 24 Nov'],
  ['2027-01-01', '2027年1月1日 (周五)', 'Fri, 1 Jan 2027'],
])('says the date %s', (on, zh, en) => {
  expect(formatDate(on, 'zh-CN', now)).toBe(zh);
  expect(formatDate(on, 'en', now).replace(/,? /g, ' ')).toBe(en.replace(/,? /g, ' '));
});

it('leaves what is no date as it is', () => {
  expect(formatDate('约11月', 'zh-CN', now)).toBe('约11月');
});

it('shows an instant on the Chinese clock', () => {
  expect(formatInstant('2026-11-20T16:05:00Z', 'zh-CN', now)).toBe('11月21日 (周六) 00:05');
});

it('shows old dates plainly', () => {
  expect(formatPlainDate('2018-01-01', 'zh-CN')).toBe('2018年1月1日');
});

it.each([
  [123_450, '¥1,234.50'],
  [5, '¥0.05'],
  [0, '¥0.00'],
  [-10_000, '−¥100.00'],
])('%i fen is %s', (fen, text) => {
  expect(formatMoney(fen)).toBe(text);
});

it.each([
  [0.1, '6分钟'],
  [1, '1小时'],
  [24, '1天'],
  [27.2, '1天3小时'],
])('%d hours is %s', (hours, text) => {
  expect(formatHours(hours, 'zh-CN')).toBe(text);
});
