import { describe, expect, it } from 'vitest';
import { assess } from './assess.ts';
import { defineBenefit, defineItem } from './define-item.ts';
import type { ItemDefinition } from './definition.ts';
import type { Facts } from './facts.ts';
import { rule } from './rules/index.ts';
import { birthdayCake } from './testing/birthday-cake.ts';

const facts: Facts = {
  today: '2026-11-21',
  member: { status: 'active', joinedOn: '2020-01-01', unionName: '春晖工会', bornOn: '1990-05-05' },
  uses: [],
};

describe('assess', () => {
  it('says yes with every reason, the sum, the promise and the count', () => {
    const assessment = assess(birthdayCake, facts);
    expect(assessment).toMatchObject({
      ok: true,
      amountFen: 6660,
      promise: { workingDays: 6 },
      limit: { used: 0, allowed: 2 },
      from: null,
    });
    expect(assessment.checks.map((check) => [check.rule, check.ok])).toEqual([
      ['inForce', true],
      ['membershipActive', true],
      ['memberFor', true],
      ['ageAtLeast', true],
      ['limit', true],
    ]);
  });

  it('opens on the last of the days waited for', () => {
    const uses = ['A', 'B'].map((caseNumber) => ({ submittedOn: '2026-03-01', period: '2026', caseNumber }));
    const member = { ...facts.member, joinedOn: '2026-10-01' };
    const assessment = assess(birthdayCake, { ...facts, member, uses });
    expect(assessment.checks.flatMap((check) => check.from ?? [])).toEqual(['2027-04-01', '2027-01-01']);
    expect(assessment).toMatchObject({ ok: false, from: '2027-04-01' });
  });

  it('names no day when waiting is not enough', () => {
    const member = { ...facts.member, status: 'left' as const, joinedOn: '2026-10-01' };
    expect(assess(birthdayCake, { ...facts, member })).toMatchObject({ ok: false, from: null });
  });

  it('applies a dated rule only while it is in force, both days included', () => {
    const dated = defineBenefit({
      ...birthdayCake,
      eligibility: [
        rule.memberFor({ months: 120 }, { from: '2027-01-01', to: '2027-12-31', basis: '蛋糕〔2026〕3号' }),
      ],
    });
    const outcomes = ['2026-12-31', '2027-01-01', '2027-12-31', '2028-01-01'].map(
      (today) => assess(dated, { ...facts, today }).ok,
    );
    expect(outcomes).toEqual([true, false, false, true]);
  });

  it('is not offered before its basis begins nor after it ends', () => {
    const basis = [
      { title: '旧决定', from: '2020-01-01', to: '2024-12-31' },
      { title: '新决定', from: '2026-01-01', to: '2026-12-31' },
    ];
    const ended = defineBenefit({ ...birthdayCake, basis });
    const check = (today: string) => assess(ended, { ...facts, today }).checks[0];
    expect(check('2024-12-31')).toMatchObject({ ok: true, reason: '依据：旧决定（2020年1月1日 起施行）' });
    expect(check('2025-06-01')).toMatchObject({ ok: false, from: '2026-01-01' });
    expect(check('2026-12-31')).toMatchObject({ ok: true });
    expect(check('2027-01-01')).toMatchObject({ ok: false, reason: '这个项目已经停止办理' });
    expect(check('2027-01-01')?.from).toBeUndefined();
  });

  it('pays nothing where no sum is in force', () => {
    const late = defineBenefit({
      ...birthdayCake,
      amount: { kind: 'fixed', rows: [{ from: '2030-01-01', fen: 1 }] },
    });
    const assessment = assess(late, facts);
    expect(assessment).toMatchObject({ ok: false, amountFen: null });
    expect(assessment.checks.at(-1)).toMatchObject({ rule: 'amount', ok: false });
  });

  it('assesses what does not pay', () => {
    const { amount: _amount, payout: _payout, limit: _limit, ...rest } = birthdayCake;
    const joining = defineItem<ItemDefinition>({ ...rest, kind: 'enrolment', code: 'joining' });
    expect(assess(joining, facts)).toMatchObject({ ok: true, amountFen: null, limit: null });
  });

  it('gives the same on the stored definition', () => {
    const stored = JSON.parse(JSON.stringify(birthdayCake)) as ItemDefinition;
    expect(stored).toStrictEqual(birthdayCake);
    expect(assess(stored, facts)).toEqual(assess(birthdayCake, facts));
  });
});
