import { expect, it } from 'vitest';
import { membershipActive } from './membership-active.ts';

const member = { joinedOn: '2023-09-05', unionName: '春晖机电有限公司工会委员会' } as const;
const judge = (own: { status: 'active' | 'retained' | 'left'; joinedOn?: null }) =>
  membershipActive.judge({}, { today: '2026-11-21', member: { ...member, ...own }, uses: [] });

it('accepts an active member and says where and since when', () => {
  expect(judge({ status: 'active' })).toEqual({
    ok: true,
    reason: '您是春晖机电有限公司工会委员会的会员（2023年9月5日 入会）',
    reasonEn: 'You are a member of 春晖机电有限公司工会委员会 (joined 5 September 2023)',
    datum: '2023年9月5日 入会',
  });
});

it('needs no joining date', () => {
  expect(judge({ status: 'active', joinedOn: null })).toMatchObject({ ok: true, datum: '在籍' });
});

it.each([
  ['retained', '恢复会籍'],
  ['left', '会籍转入'],
] as const)('refuses %s and says what to do', (status, next) => {
  const verdict = judge({ status });
  expect(verdict.ok).toBe(false);
  expect(verdict.reason).toContain(next);
  expect(verdict.from).toBeUndefined();
});
