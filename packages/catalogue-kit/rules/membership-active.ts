import { dateEn, dateZh } from '../dates.ts';
import type { RuleKind } from './rule.ts';

/** Takes no parameters. */
export type MembershipActiveParams = Record<never, never>;

/** 会籍有效: an active member today. 保留会籍 does not count: those members pay no dues. */
export const membershipActive: RuleKind<MembershipActiveParams> = {
  title: '会籍有效',
  titleEn: 'Active member',
  params: {},
  judge: (_params, { member }) => {
    const since = member.joinedOn;
    if (member.status === 'active') {
      return {
        ok: true,
        reason: `您是${member.unionName}的会员${since ? `（${dateZh(since)} 入会）` : ''}`,
        reasonEn: `You are a member of ${member.unionName}${since ? ` (joined ${dateEn(since)})` : ''}`,
        datum: since ? `${dateZh(since)} 入会` : '在籍',
      };
    }
    if (member.status === 'retained') {
      return {
        ok: false,
        reason: '您的会籍目前是“保留”状态，恢复会籍后可以申请，请联系所在单位工会',
        reasonEn: 'Your membership is on hold; ask your union to restore it, then apply',
        datum: '保留会籍',
      };
    }
    return {
      ok: false,
      reason: '您目前不在会籍中，请先加入工会或办理会籍转入',
      reasonEn: 'You are not a member at present; please join a union or transfer in first',
      datum: '不在籍',
    };
  },
};
