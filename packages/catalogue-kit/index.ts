/**
 * Declaring what a person may apply for, as plain data, and judging it. No I/O, no clock, no dependency: the same
 * code runs on the server, in the browser and in the mini-program. What checks a stored definition's shape needs zod
 * and is kept apart in `definition-schema.ts`, which the phone never loads.
 */
export { fixed } from './amounts/fixed.ts';
export type { Amount } from './amounts/index.ts';
export { amountFen, amountKinds, amountText } from './amounts/index.ts';
export { perStay } from './amounts/per-stay.ts';
export type { Assessment, Check } from './assess.ts';
export { assess } from './assess.ts';
export type { AnswerFault, CheckedAnswers, CheckOptions } from './check-answers.ts';
export { checkAnswers } from './check-answers.ts';
export type { ConditionFacts } from './conditions/condition.ts';
export type { Condition } from './conditions/index.ts';
export { condition, conditionHolds, conditionKinds } from './conditions/index.ts';
export type { Dated } from './dated.ts';
export { valueOn } from './dated.ts';
export type { IsoDate } from './dates.ts';
export { dateEn, dateZh, durationEn, durationZh, isIsoDate } from './dates.ts';
export { defineBenefit, defineItem } from './define-item.ts';
export type {
  Basis,
  BenefitDefinition,
  FieldGroup,
  ItemDefinition,
  ItemKind,
  Localisable,
  Payout,
  PayoutChannel,
} from './definition.ts';
export { fieldsOf, findField } from './definition.ts';
export type { DefinitionFault } from './definition-faults.ts';
export { definitionFaults } from './definition-faults.ts';
export type { Answers, AnswerValue, Facts, MemberFacts, MembershipStatus, Stay, Use } from './facts.ts';
export { givenSealed } from './fields/field.ts';
export type { FileType } from './fields/files.ts';
export { fileFault, fileTypeOf, MAX_FILE_BYTES, mediaTypes } from './fields/files.ts';
export type { Field } from './fields/index.ts';
export { field, fieldKinds, maskAnswer } from './fields/index.ts';
export { fenFromYuanText } from './fields/money.ts';
export type { LifeEvent } from './life-events.ts';
export { lifeEvents } from './life-events.ts';
export type { Limit, LimitPeriod, LimitState, Period } from './limits/limit.ts';
export { countedOn, limitState, limitText, periodOf } from './limits/limit.ts';
export type { LocalRow } from './localise.ts';
export { localise } from './localise.ts';
export { fenOf, yuanText } from './money.ts';
export type { FieldKind, ParamSpec } from './param.ts';
export { grassrootsThenDistrict } from './routes/grassroots-then-district.ts';
export type { Outcome, Route, Stage, StageOffice } from './routes/route.ts';
export { findStage, nextStage, stagesBefore, stagesFor } from './routes/route.ts';
export type { Rule, RuleName } from './rules/index.ts';
export { rule, ruleKinds } from './rules/index.ts';
export type { Verdict } from './rules/rule.ts';
export { matchesSearch } from './search.ts';
