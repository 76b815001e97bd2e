import { addDays, countEn, dateEn, dateZh, daysBetween, isIsoDate } from '../dates.ts';
import type { RuleKind } from './rule.ts';

/** How many days after the day in a date field one may still apply; that last day included. */
export type AppliedWithinParams = { days: number; of: string };

/** 在若干天内申请, counted in calendar days from a date in the form. */
export const appliedWithin: RuleKind<AppliedWithinParams> = {
  title: '在若干天内申请',
  titleEn: 'Applied for within some days',
  params: {
    days: { type: 'count', min: 1, max: 3660, label: '天数', labelEn: 'Days' },
    of: { type: 'field', of: ['date'], label: '从哪一天算起', labelEn: 'Counted from' },
  },
  judge: ({ days, of }, { answers, today }) => {
    const start = answers?.[of];
    if (!isIsoDate(start)) {
      return {
        ok: true,
        pending: true,
        reason: `须在 ${days} 天内申请（填写日期后核对）`,
        reasonEn: `Apply within ${countEn(days, 'day')} (checked when you enter the date)`,
        datum: `${days} 天`,
      };
    }
    const last = addDays(start, days);
    const ok = today <= last;
    return {
      ok,
      reason: ok
        ? `须在 ${days} 天内申请（截止 ${dateZh(last)}）`
        : `须在 ${days} 天内申请，已于 ${dateZh(last)} 截止；确有特殊原因，请联系所在单位工会`,
      reasonEn: ok
        ? `Apply within ${countEn(days, 'day')} (until ${dateEn(last)})`
        : `The ${countEn(days, 'day')} to apply ended on ${dateEn(last)}; with good reason, talk to your union`,
      datum: `${dateZh(start)} 起已过 ${daysBetween(start, today)} 天`,
    };
  },
};
