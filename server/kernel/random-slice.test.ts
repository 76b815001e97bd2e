import { expect, it } from 'vitest';
import { randomSlice } from './random-slice.ts';

it('gives every byte out once, whatever the lengths', () => {
  const slices = Array.from({ length: 3000 }, (_, at) => randomSlice(at % 3 === 0 ? 12 : 16));
  const texts = slices.map((slice) => slice.toString('hex'));
  expect(new Set(texts).size).toBe(3000);
  expect(slices.map(({ length }) => length).slice(0, 3)).toEqual([12, 16, 16]);
  // Whoever writes into a slice writes into nobody else's.
  for (const slice of slices.slice(0, 1000)) slice.fill(0);
  expect(slices.slice(1000).map((slice) => slice.toString('hex'))).toEqual(texts.slice(1000));
  expect(randomSlice(20_000).length).toBe(20_000);
});
