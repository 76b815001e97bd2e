import { expect, it } from 'vitest';
import { fixed } from './fixed.ts';
import { amountFen, amountText } from './index.ts';
import { perStay } from './per-stay.ts';

const rows = [
  { from: '2018-01-01', yuan: 100, basis: '常委会决定' },
  { from: '2026-07-01', yuan: 150.5 },
];

it('keeps yuan as fen, with the basis', () => {
  expect(fixed(rows)).toEqual({
    kind: 'fixed',
    rows: [
      { from: '2018-01-01', fen: 10_000, basis: '常委会决定' },
      { from: '2026-07-01', fen: 15_050 },
    ],
  });
});

it.each([
  ['2017-12-31', null],
  ['2018-01-01', 10_000],
  ['2026-06-30', 10_000],
  ['2026-07-01', 15_050],
])('fixed: on %s it is %s fen', (today, fen) => {
  expect(amountFen(fixed(rows), { today, answers: { admittedOn: '2019-05-05' } })).toBe(fen);
});

it('per stay: the rate of the day the stay began, not of today', () => {
  const amount = perStay('admittedOn', rows);
  expect(amountFen(amount, { today: '2026-07-10', answers: { admittedOn: '2026-06-30' } })).toBe(10_000);
  expect(amountFen(amount, { today: '2026-07-10', answers: { admittedOn: '2026-07-01' } })).toBe(15_050);
  expect(amountFen(amount, { today: '2026-07-10', answers: { admittedOn: '2017-12-31' } })).toBeNull();
});

it('per stay: today’s rate while the date is still empty', () => {
  expect(amountFen(perStay('admittedOn', rows), { today: '2026-07-10' })).toBe(15_050);
});

it('says it in words', () => {
  expect(amountText(perStay('admittedOn', rows), 10_000)).toEqual({
    zh: '每次住院 ¥100',
    en: '¥100 per stay in hospital',
  });
  expect(amountText(fixed(rows), 15_050).zh).toBe('¥150.50');
});
