import type { AmountAtLeastParams } from './amount-at-least.ts';
import { amountAtLeast } from './amount-at-least.ts';
import type { AnswerIsParams } from './answer-is.ts';
import { answerIs } from './answer-is.ts';
import type { ConditionFacts, ConditionKind } from './condition.ts';

type ConditionParams = { answerIs: AnswerIsParams; amountAtLeast: AmountAtLeastParams };

/** A condition of the kit, by name. */
export type ConditionName = keyof ConditionParams;

type ConditionOf<Name extends ConditionName> = { condition: Name; params: ConditionParams[Name] };

/** A condition as a stage uses it. */
export type Condition = { [Name in ConditionName]: ConditionOf<Name> }[ConditionName];

/** What each condition knows of itself. */
export const conditionKinds: { [Name in ConditionName]: ConditionKind<ConditionParams[Name]> } = {
  answerIs,
  amountAtLeast,
};

/** Builders, one per condition: `condition.answerIs({ field: 'withCandles', value: true })`. */
export const condition = {
  answerIs: (params: AnswerIsParams): Condition => ({ condition: 'answerIs', params }),
  amountAtLeast: (params: AmountAtLeastParams): Condition => ({ condition: 'amountAtLeast', params }),
};

/** Whether a stage's condition holds. */
export function conditionHolds<Name extends ConditionName>(
  condition: ConditionOf<Name>,
  facts: ConditionFacts,
): boolean {
  const kind: ConditionKind<ConditionParams[Name]> = conditionKinds[condition.condition];
  return kind.holds(condition.params, facts);
}
