import { addMonths, countEn, dateEn, dateZh, monthsBetween } from '../dates.ts';
import type { RuleKind } from './rule.ts';

/** Whole years. */
export type AgeAtLeastParams = { years: number };

/** 年满若干周岁: from the birthday itself. Someone born on 29 February comes of age on 28 February. */
export const ageAtLeast: RuleKind<AgeAtLeastParams> = {
  title: '年满若干周岁',
  titleEn: 'Of an age',
  params: { years: { type: 'count', min: 1, max: 120, label: '周岁', labelEn: 'Years' } },
  judge: ({ years }, { member, today }) => {
    if (member.bornOn === undefined) {
      return {
        ok: false,
        reason: `年满 ${years} 周岁（您的出生日期还没有登记，请联系所在单位工会补登）`,
        reasonEn: `At least ${countEn(years, 'year')} old (your birth date is not on record; ask your union to add it)`,
        datum: '出生日期未登记',
      };
    }
    const from = addMonths(member.bornOn, years * 12);
    const age = Math.floor(monthsBetween(member.bornOn, today).months / 12);
    const ok = from <= today;
    return {
      ok,
      reason: ok
        ? `年满 ${years} 周岁（您 ${age} 周岁）`
        : `年满 ${years} 周岁（您 ${age} 周岁），${dateZh(from)} 起可申请`,
      reasonEn: ok
        ? `At least ${countEn(years, 'year')} old (you are ${age})`
        : `At least ${countEn(years, 'year')} old (you are ${age}); you can apply from ${dateEn(from)}`,
      datum: `${age} 周岁`,
      ...(ok ? {} : { from }),
    };
  },
};
