import { assess } from './assess.ts';
import type { AnswerFault } from './check-answers.ts';
import { checkAnswers } from './check-answers.ts';
import type { IsoDate } from './dates.ts';
import type { ItemDefinition } from './definition.ts';
import type { Answers, Facts, MemberFacts } from './facts.ts';
import { countedOn, periodOf } from './limits/limit.ts';

/** One row of the table an official reads beside a definition, and the tests run. */
export type Example = {
  /** The situation, in the official's words. */
  title: string;
  today: IsoDate;
  /** What differs from the usual member of the table. */
  member?: Partial<MemberFacts>;
  /** The days on which she submitted earlier claims that count. */
  claimedOn?: IsoDate[];
  /** Stays she has claimed for: first and last day. */
  stays?: [IsoDate, IsoDate][];
  /** What differs from the usual answers of the table. Leave it out to ask before the form is filled. */
  answers?: Answers | 'usual';
  expect: Expected;
};

/** What must come out: a sum, a refusal for a reason, or a fault beside a field. Reasons are compared whole. */
export type Expected =
  { yuan: number } | { refused: string; from?: IsoDate } | { fault: { field: string; reason: string } };

/** A whole table: the usual member and answers once, then the rows. */
export type Examples = { member: MemberFacts; answers: Answers; rows: Example[] };

/** What came of one row, in the shape it was expected. */
export function runExample(definition: ItemDefinition, table: Examples, row: Example): Expected {
  const facts = factsOf(definition, table, row);
  if (facts.answers) {
    const fault = checkAnswers(definition, facts.answers, { today: row.today }).faults[0];
    if (fault) return { fault: withoutEnglish(fault) };
  }
  const assessment = assess(definition, facts);
  const refusal = assessment.checks.find((check) => !check.ok);
  if (refusal) return { refused: refusal.reason, ...(refusal.from ? { from: refusal.from } : {}) };
  return { yuan: (assessment.amountFen ?? 0) / 100 };
}

function factsOf(definition: ItemDefinition, table: Examples, row: Example): Facts {
  const { limit } = definition;
  const uses = (row.claimedOn ?? []).map((submittedOn, i) => ({
    submittedOn,
    period: limit ? periodOf(limit.per, countedOn(limit, { today: submittedOn })).key : 'lifetime',
    caseNumber: `案例${i + 1}`,
  }));
  const stays = (row.stays ?? []).map(([from, to], i) => ({ from, to, caseNumber: `案例${i + 1}` }));
  const own = row.answers === 'usual' ? {} : row.answers;
  return {
    today: row.today,
    member: { ...table.member, ...row.member },
    uses,
    previousStays: stays,
    ...(own ? { answers: { ...table.answers, ...own } } : {}),
  };
}

function withoutEnglish({ field, reason }: AnswerFault): { field: string; reason: string } {
  return { field, reason };
}
