import { describe, expect, it } from 'vitest';
import { dayOf, hoursFigure, percent, shortYuan, timeOfDay, yuan } from './figures.ts';
import { shortName } from './short-name.ts';
import { en } from './texts/en.ts';
import { zhCN } from './texts/zh-CN.ts';

describe('figures', () => {
  it('writes money', () => {
    expect(yuan(123_450)).toBe('¥1,234.50');
    expect(yuan(10_000)).toBe('¥100');
    expect(shortYuan(1_234_500_00, zhCN)).toBe('¥123.5万');
    expect(shortYuan(1_234_500_00, en)).toBe('¥1.2M');
    expect(shortYuan(510_000, zhCN)).toBe('¥5,100');
  });

  it('writes shares and durations', () => {
    expect(percent(1, 3)).toBe('33%');
    expect(percent(1, 30)).toBe('3.3%');
    expect(percent(1, 0)).toBeNull();
    expect(hoursFigure(27.56, zhCN)).toEqual({ figure: '27.6', unit: '小时' });
    expect(hoursFigure(0.5, zhCN)).toEqual({ figure: '30', unit: '分钟' });
    expect(zhCN.hours(27.56)).toBe('1 天 3 小时');
  });

  it('shows the time of Shanghai whatever the screen thinks', () => {
    const newYear = new Date('2026-12-31T16:00:05Z');
    expect(timeOfDay(newYear, true)).toBe('00:00:05');
    expect(dayOf(newYear, zhCN)).toBe('1月1日 (周五)');
    expect(dayOf(newYear, en)).toBe('Fri 1 Jan');
  });
});

describe('shortName', () => {
  it('leaves out what the superior says already', () => {
    expect(shortName('海陵区九龙镇总工会', ['海陵区总工会', '泰州市总工会'])).toBe('九龙镇');
    expect(shortName('泰州润丰百餐饮有限公司工会委员会', ['海陵区九龙镇总工会', '泰州市总工会'])).toBe(
      '润丰百餐饮',
    );
    expect(shortName('九龙镇纺织行业工会联合会7', ['海陵区九龙镇总工会', '海陵区总工会'])).toBe('纺织行业7');
    expect(shortName('海陵区总工会', ['泰州市总工会'])).toBe('海陵区');
    expect(shortName('工会', [])).toBe('工会');
  });
});

it('has the same texts in both languages', () => {
  expect(Object.keys(en).toSorted()).toEqual(Object.keys(zhCN).toSorted());
});
