import { expect, it } from 'vitest';
import { valueOn } from './dated.ts';

const rows = [
  { from: '2022-07-01', times: 3 },
  { from: '2018-01-01', times: 1 },
  { from: '2020-01-01', times: 2 },
];

it.each([
  ['2017-12-31', null],
  ['2018-01-01', 1],
  ['2019-12-31', 1],
  ['2020-01-01', 2],
  ['2026-11-21', 3],
])('on %s the value is %s, whatever the order of the rows', (on, times) => {
  expect(valueOn(rows, on)?.times ?? null).toBe(times);
});
