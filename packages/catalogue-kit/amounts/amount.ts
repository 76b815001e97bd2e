import type { Dated } from '../dated.ts';
import type { IsoDate } from '../dates.ts';
import type { Facts } from '../facts.ts';
import type { ParamSpecs } from '../param.ts';

/** One sum and the day it came into force. Money as whole fen. */
export type AmountRow = Dated<{ fen: number }>;

/** What an author writes: yuan. */
export type YuanRow = { from: IsoDate; yuan: number; basis?: string };

/** The date and answers an amount is worked out from. */
export type AmountFacts = Pick<Facts, 'today' | 'answers'>;

/** One kind of amount: its name, its parameters, and the sum. Pure. */
export type AmountKind<Amount> = {
  title: string;
  titleEn: string;
  params: ParamSpecs<Omit<Amount, 'kind'>>;
  /** Whole fen, or null when none is in force on the day that counts. */
  fen: (amount: Amount, facts: AmountFacts) => number | null;
  /** The sum in words: `每次住院 ¥100`. */
  text: (fen: number) => { zh: string; en: string };
};
