import { amountFen } from './amounts/index.ts';
import type { IsoDate } from './dates.ts';
import { dateEn, dateZh } from './dates.ts';
import type { Basis, ItemDefinition } from './definition.ts';
import type { Facts } from './facts.ts';
import type { LimitState } from './limits/limit.ts';
import { judgeLimit, limitState } from './limits/limit.ts';
import type { RuleName } from './rules/index.ts';
import { judgeRule } from './rules/index.ts';
import type { Verdict } from './rules/rule.ts';

/** One line of 「我能领什么」: ✔ or ✘, the reason, and the datum behind it. */
export type Check = Verdict & { rule: RuleName | 'inForce' | 'limit' | 'amount' };

/** Whether a person may have an item today, and why. */
export type Assessment = {
  ok: boolean;
  checks: Check[];
  /** Whole fen she would get; null for an item that does not pay, or where no sum is in force. */
  amountFen: number | null;
  promise: { workingDays: number };
  /** Null for an item without a limit. */
  limit: LimitState | null;
  /** When refused and waiting is all it takes: the first day all of it is satisfied. */
  from: IsoDate | null;
};

/**
 * Assesses one person for one item. Pure; the phone's list, the form and the server's last check all call it.
 * Give a definition already localised for her union.
 */
export function assess(definition: ItemDefinition, facts: Facts): Assessment {
  const fen = definition.kind === 'benefit' ? amountFen(definition.amount, facts) : null;
  const checks: Check[] = [{ rule: 'inForce', ...judgeBasis(definition.basis, facts.today) }];
  for (const rule of definition.eligibility) {
    const applies = (rule.from ?? '') <= facts.today && facts.today <= (rule.to ?? '9999-12-31');
    if (applies) checks.push({ rule: rule.rule, ...judgeRule(rule, facts) });
  }
  if (definition.limit) checks.push({ rule: 'limit', ...judgeLimit(definition.limit, facts) });
  if (definition.kind === 'benefit' && fen === null) checks.push({ rule: 'amount', ...noAmount });
  return {
    ok: checks.every((check) => check.ok),
    checks,
    amountFen: fen,
    promise: definition.promise,
    limit: definition.limit ? limitState(definition.limit, facts) : null,
    from: opensOn(checks),
  };
}

const noAmount: Verdict = {
  ok: false,
  reason: '您填写的日期没有对应的补助标准，请核对日期',
  reasonEn: 'No rate was in force on the date you entered; please check it',
  datum: '无适用标准',
};

/** In force while any one of its decisions is. */
function judgeBasis(basis: readonly Basis[], today: IsoDate): Verdict {
  const current = basis.find(({ from, to }) => from <= today && today <= (to ?? '9999-12-31'));
  if (current) {
    return {
      ok: true,
      reason: `依据：${current.title}（${dateZh(current.from)} 起施行）`,
      reasonEn: `Based on: ${current.titleEn ?? current.title} (in force from ${dateEn(current.from)})`,
      datum: `${dateZh(current.from)} 起施行`,
    };
  }
  const next = basis
    .map(({ from }) => from)
    .filter((from) => from > today)
    .sort()[0];
  if (next === undefined) {
    return {
      ok: false,
      reason: '这个项目已经停止办理',
      reasonEn: 'This is no longer offered',
      datum: '已停止',
    };
  }
  return {
    ok: false,
    reason: `这个项目 ${dateZh(next)} 起施行，到时可以申请`,
    reasonEn: `This begins on ${dateEn(next)}; you can apply then`,
    datum: `${dateZh(next)} 起施行`,
    from: next,
  };
}

function opensOn(checks: readonly Check[]): IsoDate | null {
  const days = checks.filter((check) => !check.ok).map((check) => check.from);
  if (days.length === 0 || days.includes(undefined)) return null;
  return (days as IsoDate[]).reduce((latest, day) => (day > latest ? day : latest));
}
