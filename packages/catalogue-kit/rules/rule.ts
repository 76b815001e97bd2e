import type { IsoDate } from '../dates.ts';
import type { Facts } from '../facts.ts';
import type { ParamSpecs } from '../param.ts';

/** What a rule says of one person on one day. */
export type Verdict = {
  ok: boolean;
  /** A whole sentence for the worker with the datum in it: `会籍满 12 个月（您已入会 3 年 2 个月）`. */
  reason: string;
  reasonEn: string;
  /** The fact it was judged on, alone: `2023年9月5日 入会`. */
  datum: string;
  /** When refused: the first day she will satisfy it, if waiting is all it takes. */
  from?: IsoDate;
  /** True when it cannot be judged before the form is filled; `ok` is then true. */
  pending?: true;
};

/** One kind of rule: its name for people, its parameters, and the judgement. Pure. */
export type RuleKind<Params> = {
  title: string;
  titleEn: string;
  params: ParamSpecs<Params>;
  judge: (params: Params, facts: Facts) => Verdict;
};
