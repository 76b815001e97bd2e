import { expect, it } from 'vitest';
import { memberFor } from './member-for.ts';

const judge = (months: number, joinedOn: string | null, today = '2026-11-21') =>
  memberFor.judge(
    { months },
    { today, member: { status: 'active', joinedOn, unionName: '春晖工会' }, uses: [] },
  );

it('accepts and says how long she has been a member', () => {
  expect(judge(12, '2023-09-05')).toMatchObject({
    ok: true,
    reason: '会籍满 1 年（您已入会 3 年 2 个月）',
    reasonEn: 'Member for 1 year (you joined 3 years 2 months ago)',
    datum: '2023年9月5日 入会',
  });
});

it('refuses and says from when waiting is enough', () => {
  expect(judge(6, '2026-07-18')).toMatchObject({
    ok: false,
    reason: '会籍满 6 个月（您已入会 4 个月零 3 天），2027年1月18日 起可申请',
    from: '2027-01-18',
  });
});

it('begins on the very day', () => {
  expect(judge(6, '2026-05-21').ok).toBe(true);
  expect(judge(6, '2026-05-22').ok).toBe(false);
  expect(judge(6, '2026-08-31', '2027-02-28').ok).toBe(true);
});

it('cannot be told without a joining date, and says who can help', () => {
  const verdict = judge(6, null);
  expect(verdict.ok).toBe(false);
  expect(verdict.reason).toContain('请联系所在单位工会补登');
  expect(verdict.from).toBeUndefined();
});
