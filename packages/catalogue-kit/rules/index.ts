import type { IsoDate } from '../dates.ts';
import type { Facts } from '../facts.ts';
import type { AgeAtLeastParams } from './age-at-least.ts';
import { ageAtLeast } from './age-at-least.ts';
import type { AppliedWithinParams } from './applied-within.ts';
import { appliedWithin } from './applied-within.ts';
import type { MemberForParams } from './member-for.ts';
import { memberFor } from './member-for.ts';
import type { MembershipActiveParams } from './membership-active.ts';
import { membershipActive } from './membership-active.ts';
import type { NoOverlappingStayParams } from './no-overlapping-stay.ts';
import { noOverlappingStay } from './no-overlapping-stay.ts';
import type { RuleKind, Verdict } from './rule.ts';

/** The parameters of each rule. */
type RuleParams = {
  membershipActive: MembershipActiveParams;
  memberFor: MemberForParams;
  noOverlappingStay: NoOverlappingStayParams;
  appliedWithin: AppliedWithinParams;
  ageAtLeast: AgeAtLeastParams;
};

/** A rule of the kit, by name. */
export type RuleName = keyof RuleParams;

type RuleOf<Name extends RuleName> = {
  rule: Name;
  params: RuleParams[Name];
  /** In force from this day; always, when not given. */
  from?: IsoDate;
  /** In force until this day, included. */
  to?: IsoDate;
  /** The decision that set it, where it is not the item's own. */
  basis?: string;
};

/** A rule as a definition uses it. */
export type Rule = { [Name in RuleName]: RuleOf<Name> }[RuleName];

/** What each rule knows of itself. */
export const ruleKinds: { [Name in RuleName]: RuleKind<RuleParams[Name]> } = {
  membershipActive,
  memberFor,
  noOverlappingStay,
  appliedWithin,
  ageAtLeast,
};

/** When a rule applies and who set it. */
type InForce = { from?: IsoDate; to?: IsoDate; basis?: string };

/** Builders, one per rule: `rule.memberFor({ months: 12 }, { from: '2027-01-01' })`. */
export const rule = {
  membershipActive: (inForce: InForce = {}): Rule => ({ rule: 'membershipActive', params: {}, ...inForce }),
  memberFor: (params: MemberForParams, inForce: InForce = {}): Rule => ({
    rule: 'memberFor',
    params,
    ...inForce,
  }),
  noOverlappingStay: (fromField: string, toField: string, inForce: InForce = {}): Rule => ({
    rule: 'noOverlappingStay',
    params: { fromField, toField },
    ...inForce,
  }),
  appliedWithin: (params: AppliedWithinParams, inForce: InForce = {}): Rule => ({
    rule: 'appliedWithin',
    params,
    ...inForce,
  }),
  ageAtLeast: (params: AgeAtLeastParams, inForce: InForce = {}): Rule => ({
    rule: 'ageAtLeast',
    params,
    ...inForce,
  }),
};

/** Judges one rule of a definition. */
export function judgeRule<Name extends RuleName>(rule: RuleOf<Name>, facts: Facts): Verdict {
  const kind: RuleKind<RuleParams[Name]> = ruleKinds[rule.rule];
  return kind.judge(rule.params, facts);
}
