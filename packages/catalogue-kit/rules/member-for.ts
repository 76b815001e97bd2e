import { addMonths, countEn, dateEn, dateZh, durationEn, durationZh } from '../dates.ts';
import type { RuleKind } from './rule.ts';

/** Whole months of present membership. */
export type MemberForParams = { months: number };

/** 会籍满若干个月, counted from the day the present membership began. */
export const memberFor: RuleKind<MemberForParams> = {
  title: '会籍满若干个月',
  titleEn: 'Member for some months',
  params: { months: { type: 'count', min: 1, max: 600, label: '月数', labelEn: 'Months' } },
  judge: ({ months }, { member, today }) => {
    const [need, needEn] =
      months % 12 === 0
        ? [`会籍满 ${months / 12} 年`, countEn(months / 12, 'year')]
        : [`会籍满 ${months} 个月`, countEn(months, 'month')];
    if (member.joinedOn === null) {
      return {
        ok: false,
        reason: `${need}（您的入会日期还没有登记，请联系所在单位工会补登）`,
        reasonEn: `Member for ${needEn} (your joining date is not on record; ask your union to add it)`,
        datum: '入会日期未登记',
      };
    }
    const from = addMonths(member.joinedOn, months);
    const ok = from <= today;
    const [been, beenEn] = [durationZh(member.joinedOn, today), durationEn(member.joinedOn, today)];
    return {
      ok,
      reason: ok ? `${need}（您已入会 ${been}）` : `${need}（您已入会 ${been}），${dateZh(from)} 起可申请`,
      reasonEn: ok
        ? `Member for ${needEn} (you joined ${beenEn} ago)`
        : `Member for ${needEn} (you joined ${beenEn} ago); you can apply from ${dateEn(from)}`,
      datum: `${dateZh(member.joinedOn)} 入会`,
      ...(ok ? {} : { from }),
    };
  },
};
