import { expect, it } from 'vitest';
import { en } from './en.ts';
import { zhCN } from './zh-CN.ts';

/** Every text with the path of its keys; functions are called with small numbers and a letter. */
const textsOf = (node: unknown, path = ''): [string, string][] => {
  if (typeof node === 'string') return [[path, node]];
  if (typeof node === 'function') return [[path, String((node as (...args: unknown[]) => string)(2, 3, 4))]];
  return Object.entries(node as object).flatMap(([key, value]) => textsOf(value, `${path}.${key}`));
};

// Brand names of the languages themselves.
const exempt = ['.shell.language'];

it('has no Chinese in the English texts', () => {
  const left = textsOf(en).filter(([path, text]) => !exempt.includes(path) && /\p{Script=Han}/u.test(text));
  expect(left).toEqual([]);
});

it('never says that an operation failed without saying what to do', () => {
  const bare = textsOf(zhCN).filter(([, text]) => /操作失败|系统错误|未知错误/.test(text));
  expect(textsOf(zhCN).length).toBeGreaterThan(300);
  expect(bare).toEqual([]);
});
