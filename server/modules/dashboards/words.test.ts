import { describe, expect, it } from 'vitest';
import { lastDays, lineOf } from './periods.ts';
import { durationWords, momentWords, placeWords } from './words.ts';

describe('words of the ticker', () => {
  it('says a duration as people do', () => {
    expect(durationWords(27.6).zh).toBe('1天3小时');
    expect(durationWords(48).zh).toBe('2天');
    expect(durationWords(5.9).zh).toBe('5小时');
    expect(durationWords(0.004)).toEqual({ zh: '1分钟', en: '1 min' });
  });

  it('names the town, the trade and the item, never a person', () => {
    const words = momentWords({
      kind: 'paid',
      place: '九龙镇',
      occupation: '快递员',
      itemTitle: '住院慰问金',
      itemTitleEn: 'Hospital consolation',
      hours: 27.2,
    });
    expect(words.zh).toBe('九龙镇 · 一名快递员的住院慰问金已到账 · 用时 1天3小时');
    expect(words.en).toBe('九龙镇 · hospital consolation paid to a member · after 1 d 3 h');
  });

  it('leaves out the trade when few follow it', () => {
    const moment = {
      place: '九龙镇',
      occupation: null,
      itemTitle: '住院慰问金',
      itemTitleEn: 'x',
      hours: null,
    };
    expect(momentWords({ ...moment, kind: 'claimed' }).zh).toBe('九龙镇 · 一名会员申请了住院慰问金');
    expect(momentWords({ ...moment, kind: 'approved' }).zh).toBe('九龙镇 · 一名会员的住院慰问金已审批通过');
  });

  it('shortens a place by what its superior says already', () => {
    expect(placeWords('海陵区九龙镇总工会', '海陵区总工会')).toBe('九龙镇');
    expect(placeWords('九龙镇总工会', '海陵区总工会')).toBe('九龙镇');
    expect(placeWords('泰州市总工会', null)).toBe('泰州市');
  });
});

it('knows the superiors in a path and the days before a day', () => {
  expect(lineOf('f.1.2.4')).toEqual(['f.1', 'f.1.2', 'f.1.2.4']);
  expect(lastDays('2026-03-02', 3)).toEqual(['2026-02-28', '2026-03-01', '2026-03-02']);
});
