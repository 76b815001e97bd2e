import type { Answers } from '../facts.ts';
import type { ParamSpecs } from '../param.ts';

/** What a stage's condition may look at, at the moment the stage would begin. */
export type ConditionFacts = { answers: Answers; amountFen: number | null };

/** One kind of condition. Pure. */
export type ConditionKind<Params> = {
  title: string;
  titleEn: string;
  params: ParamSpecs<Params>;
  holds: (params: Params, facts: ConditionFacts) => boolean;
};
