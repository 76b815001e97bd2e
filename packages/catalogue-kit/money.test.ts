import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { fenFromYuanText } from './fields/money.ts';
import { fenOf, yuanText } from './money.ts';

it.each([
  [10_000, '¥100'],
  [123_450, '¥1,234.50'],
  [5, '¥0.05'],
  [0, '¥0'],
  [-250, '-¥2.50'],
  [1_000_000_000_00, '¥1,000,000,000'],
])('%i fen reads %s', (fen, text) => {
  expect(yuanText(fen)).toBe(text);
});

it('takes an author’s yuan to the fen and refuses fractions of one', () => {
  expect(fenOf(66.6)).toBe(6660);
  expect(fenOf(0.29)).toBe(29);
  expect(fenOf(1.15)).toBe(115);
  expect(() => fenOf(0.005)).toThrow(RangeError);
  expect(() => fenOf(Number.NaN)).toThrow(RangeError);
});

it('reads back what it writes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 14 - 1 }), (fen) => {
      expect(fenFromYuanText(yuanText(fen))).toBe(fen);
    }),
  );
});

it.each([
  ['￥１，２３４．５', 123_450],
  ['100元', 10_000],
  ['12.345', null],
  ['一百', null],
  ['-5', null],
  ['', null],
])('reads %s in a box for yuan', (text, fen) => {
  expect(fenFromYuanText(text)).toBe(fen);
});
