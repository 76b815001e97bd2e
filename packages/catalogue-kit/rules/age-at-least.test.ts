import { expect, it } from 'vitest';
import { ageAtLeast } from './age-at-least.ts';

const judge = (bornOn: string | undefined, today = '2026-11-21') =>
  ageAtLeast.judge(
    { years: 16 },
    {
      today,
      member: {
        status: 'active',
        joinedOn: '2020-01-01',
        unionName: '春晖工会',
        ...(bornOn ? { bornOn } : {}),
      },
      uses: [],
    },
  );

it('begins on the birthday', () => {
  expect(judge('2010-11-21')).toMatchObject({
    ok: true,
    reason: '年满 16 周岁（您 16 周岁）',
    datum: '16 周岁',
  });
  expect(judge('2010-11-22')).toMatchObject({
    ok: false,
    reason: '年满 16 周岁（您 15 周岁），2026年11月22日 起可申请',
    from: '2026-11-22',
  });
});

it('takes 28 February for those born on the 29th', () => {
  expect(judge('2008-02-29', '2026-02-28').datum).toBe('18 周岁');
  expect(judge('2008-02-29', '2026-02-27').datum).toBe('17 周岁');
});

it('cannot be told without a birth date', () => {
  expect(judge(undefined)).toMatchObject({ ok: false, datum: '出生日期未登记' });
});
