import { beforeEach, expect, test, vi } from 'vitest';
import * as format from '../src/format.ts';
import { en } from '../src/texts/en.ts';
import { zhCN } from '../src/texts/zh-CN.ts';

// Taro itself runs only in its builds; the settings then find no storage and keep to their defaults.
vi.mock('@tarojs/taro', () => ({ default: {} }));

beforeEach(() => {
  // Whatever zone the phone is set to, days are those of Asia/Shanghai.
  process.env.TZ = 'America/Los_Angeles';
});

test('an instant belongs to the day it is in China', () => {
  expect(format.dayOf('2026-11-20T15:59:59Z')).toBe('2026-11-20');
  expect(format.dayOf('2026-11-20T16:00:00Z')).toBe('2026-11-21');
  expect(format.timeText('2019-12-31T16:05:00Z')).toBe('2020年1月1日 (周三) 00:05');
});

test('money, durations and membership are in words a worker reads', () => {
  expect(format.moneyText(10_000)).toBe('¥100.00');
  expect(format.moneyText(123_450)).toBe('¥1,234.50');
  expect(format.moneyText(-5)).toBe('-¥0.05');
  expect(format.durationText(27.3)).toBe('1天3小时');
  expect(format.durationText(0.01)).toBe('1分钟');
  expect(format.durationText(48)).toBe('2天');
  expect(format.sinceText('2023-09-12', '2026-11-21')).toBe('3 年 2 个月');
  expect(format.sinceText('2023-09-22', '2026-11-21')).toBe('3 年 1 个月');
  expect(format.sinceText('2026-11-01', '2026-11-21')).toBe('不满 1 个月');
});

test('a card number stands in groups of four, however it was typed', () => {
  expect(format.groupedByFour('6222020200112230186')).toBe('6222 0202 0011 2230 186');
  expect(format.groupedByFour('6222 0')).toBe('6222 0');
});

test('both languages say everything, and the Chinese says it in Chinese', () => {
  const leaves = (texts: object, path = ''): [string, unknown][] =>
    Object.entries(texts).flatMap(([key, value]) =>
      typeof value === 'object' && value !== null
        ? leaves(value as object, `${path}${key}.`)
        : [[`${path}${key}`, value] as [string, unknown]],
    );
  expect(leaves(en).map(([key]) => key)).toEqual(leaves(zhCN).map(([key]) => key));
  const told = leaves(zhCN).filter(([key]) => !['me.language', 'me.languageHint'].includes(key));
  for (const [key, value] of told) {
    const said = typeof value === 'function' ? (value as (...rest: number[]) => string)(1, 2) : String(value);
    expect(said, key).not.toContain('操作失败');
    if (!['apply.keptSealed'].includes(key)) expect(said, key).toMatch(/\p{Script=Han}/u);
  }
});
