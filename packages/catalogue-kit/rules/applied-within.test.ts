import { expect, it } from 'vitest';
import { appliedWithin } from './applied-within.ts';

const judge = (dischargedOn: string | undefined, today = '2026-11-21') =>
  appliedWithin.judge(
    { days: 90, of: 'dischargedOn' },
    {
      today,
      member: { status: 'active', joinedOn: '2020-01-01', unionName: '春晖工会' },
      uses: [],
      ...(dischargedOn ? { answers: { dischargedOn } } : {}),
    },
  );

it('waits for the date', () => {
  expect(judge(undefined)).toMatchObject({
    ok: true,
    pending: true,
    reason: '须在 90 天内申请（填写日期后核对）',
  });
});

it('counts the last day in', () => {
  expect(judge('2026-08-23')).toMatchObject({
    ok: true,
    reason: '须在 90 天内申请（截止 2026年11月21日）',
    datum: '2026年8月23日 起已过 90 天',
  });
  expect(judge('2026-08-22')).toMatchObject({ ok: false });
});

it('says when it ended, and never that waiting helps', () => {
  const verdict = judge('2026-01-01');
  expect(verdict.reason).toBe('须在 90 天内申请，已于 2026年4月1日 截止；确有特殊原因，请联系所在单位工会');
  expect(verdict.from).toBeUndefined();
});
