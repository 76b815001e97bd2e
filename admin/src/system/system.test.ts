import { expect, it } from 'vitest';
import { formatBytes } from './system.ts';

it('writes sizes as people read them', () => {
  const sizes = [0, 1023, 1024, 5_368_709_120, 161_061_273_600, 1e18];
  expect(sizes.map(formatBytes)).toEqual(['0 B', '1023 B', '1.0 kB', '5.0 GB', '150 GB', '909495 TB']);
});
