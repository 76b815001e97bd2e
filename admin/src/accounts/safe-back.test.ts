import { expect, it } from 'vitest';
import { safeBack } from './safe-back.ts';

it.each([
  ['/worklist?view=all', '/worklist?view=all'],
  ['/admin/cases/1', '/cases/1'],
  ['/admin', '/'],
  ['/administration', '/administration'],
])('goes back to %s', (back, page) => {
  expect(safeBack(back)).toBe(page);
});

it.each([
  undefined,
  '',
  'https://evil.example/',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'javascript:alert(1)',
])('goes home rather than to %s', (back) => {
  expect(safeBack(back)).toBe('/');
});
