import { dateEn, dateZh, isIsoDate } from '../dates.ts';
import type { RuleKind } from './rule.ts';

/** The fields that hold the first and the last day of the stay. */
export type NoOverlappingStayParams = { fromField: string; toField: string };

/**
 * 一次住院只申请一次: no stay claimed before may share a day with this one – but for the day of a transfer, when
 * one stay ends and the next begins in another hospital.
 */
export const noOverlappingStay: RuleKind<NoOverlappingStayParams> = {
  title: '同一次住院只能申请一次',
  titleEn: 'One claim per stay',
  params: {
    fromField: { type: 'field', of: ['date'], label: '第一天', labelEn: 'First day' },
    toField: { type: 'field', of: ['date'], label: '最后一天', labelEn: 'Last day' },
  },
  judge: ({ fromField, toField }, { answers, previousStays = [] }) => {
    const [from, to] = [answers?.[fromField], answers?.[toField]];
    if (!isIsoDate(from) || !isIsoDate(to)) {
      return {
        ok: true,
        pending: true,
        reason: '同一次住院只能申请一次（填写住院日期后核对）',
        reasonEn: 'Each stay can be claimed once (checked when you enter the dates)',
        datum: `已申请过 ${previousStays.length} 次住院`,
      };
    }
    const clash = previousStays.find((stay) =>
      stay.from === stay.to || from === to
        ? stay.from <= to && from <= stay.to
        : stay.from < to && from < stay.to,
    );
    if (!clash) {
      return {
        ok: true,
        reason: '这次住院还没有申请过',
        reasonEn: 'This stay has not been claimed before',
        datum: `${dateZh(from)} 至 ${dateZh(to)}`,
      };
    }
    const [zh, en] = [
      `${dateZh(clash.from)} 至 ${dateZh(clash.to)}`,
      `${dateEn(clash.from)} to ${dateEn(clash.to)}`,
    ];
    return {
      ok: false,
      reason: `这次住院与 ${zh} 的住院重叠，那次已经申请过（${clash.caseNumber}），请核对日期`,
      reasonEn: `These dates overlap your stay of ${en}, already claimed (${clash.caseNumber}); please check them`,
      datum: `${zh}（${clash.caseNumber}）`,
    };
  },
};
