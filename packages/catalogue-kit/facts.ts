import type { IsoDate } from './dates.ts';

/**
 * `active` – a full member today. `retained` – 保留会籍: retired or between employers, without dues or vote.
 * `left` – transferred out and not yet in, withdrawn, expelled or deceased.
 */
export type MembershipStatus = 'active' | 'retained' | 'left';

/** What the rules may know of a member: no name, no number. */
export type MemberFacts = {
  status: MembershipStatus;
  /** The day the present membership began; null when the register has no date. */
  joinedOn: IsoDate | null;
  /** Her own union, as she knows it. */
  unionName: string;
  bornOn?: IsoDate | undefined;
};

/**
 * One claim that counts against a limit. Give those approved or paid and those under way; leave out the withdrawn
 * and the declined.
 */
export type Use = {
  submittedOn: IsoDate;
  /** Key of the period it was counted in, from `periodOf`: `2026`, `2026-11`, `lifetime`. */
  period: string;
  caseNumber: string;
  /** True while it is still being decided or paid. */
  pending?: true;
};

/** A stay in hospital already claimed for; both days included. */
export type Stay = { from: IsoDate; to: IsoDate; caseNumber: string };

/**
 * One answer as it is kept: text, date and sealed kinds as string; number; money in fen as number; yes/no as
 * boolean; files as the list of their ids.
 */
export type AnswerValue = string | number | boolean | string[];

/** Answers by field id. */
export type Answers = Record<string, AnswerValue>;

/** Everything a rule may look at. `today` is the date in Asia/Shanghai, given by the caller: rules have no clock. */
export type Facts = {
  today: IsoDate;
  member: MemberFacts;
  uses: readonly Use[];
  /** Absent before the form is filled. */
  answers?: Answers;
  previousStays?: readonly Stay[];
};
