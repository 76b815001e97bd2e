import { expect, it } from 'vitest';
import { condition, conditionHolds } from './index.ts';

it.each([
  [{ withCandles: true }, true],
  [{ withCandles: false }, false],
  [{ withCandles: 'true' }, false],
  [{}, false],
])('answerIs holds for the very answer only: %j', (answers, holds) => {
  const candles = condition.answerIs({ field: 'withCandles', value: true });
  expect(conditionHolds(candles, { answers, amountFen: null })).toBe(holds);
});

it.each([
  [99_999, false],
  [100_000, true],
  [null, false],
])('amountAtLeast counts the threshold in: %s', (amountFen, holds) => {
  const large = condition.amountAtLeast({ fen: 100_000 });
  expect(conditionHolds(large, { answers: {}, amountFen })).toBe(holds);
});
