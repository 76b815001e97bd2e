import { expect, it } from 'vitest';
import { isPersonal, parseSearch, stringifySearch } from './list-search.ts';

it('keeps every value a string, however long the number', () => {
  const search = { q: '007', page: '2', under: '0190-x', sort: '-dueOn' };
  expect(parseSearch(stringifySearch(search))).toEqual(search);
  expect(parseSearch('?q=321202198503121234')).toEqual({ q: '321202198503121234' });
});

it('drops what is empty', () => {
  expect(stringifySearch({ q: '', status: undefined })).toBe('');
});

it('survives any text', () => {
  const q = '张三 & 李四=“😀”#?';
  expect(parseSearch(stringifySearch({ q }))).toEqual({ q });
});

it.each([
  ['321202198503121234', true],
  ['32120219850312123X', true],
  ['１３８１２３４５６７８', true],
  ['138 1234 5678', true],
  ['6222-0212-3456-7890', true],
  ['HL2026-1001', false],
  ['王小兰', false],
])('%s in an address: personal is %s', (words, personal) => {
  expect(isPersonal(words)).toBe(personal);
});
