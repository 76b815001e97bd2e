import { expect, it } from 'vitest';
import { fenTyped } from './money-typed.ts';

it.each([
  ['100', 10_000],
  ['1.15', 115],
  ['0.5', 50],
  ['1,234.50', 123_450],
  ['１０００．５', 100_050],
  ['１，０００', 100_000],
  [' 8 ', 800],
  ['999999999.99', 99_999_999_999],
])('%s is %i fen', (typed, fen) => {
  expect(fenTyped(typed)).toBe(fen);
});

it.each(['', '0', '0.00', '-5', '1.234', '1e3', '1000000000', '十元', '1.', '.5', '¥5'])(
  '%s is no amount',
  (typed) => {
    expect(fenTyped(typed)).toBeNull();
  },
);
