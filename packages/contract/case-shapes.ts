import { z } from 'zod';
import { file } from './files.ts';
import { date, fen, id, instant, unionRef } from './shapes.ts';

export const caseStatus = z.enum([
  'draft',
  'submitted',
  'in_review',
  'returned',
  'approved',
  'declined',
  'withdrawn',
  'closed',
]);
export const outcome = z.enum(['approve', 'return', 'decline']);

/** Answers as they may be shown: sealed fields come masked, file fields as file descriptions. */
export const answers = z.record(z.string(), z.unknown());

export const timelineEntry = z.object({
  at: instant.nullable(),
  kind: z.enum([
    'submitted',
    'stage-opened',
    'approved-stage',
    'returned',
    'declined',
    'approved',
    'cancelled',
    'withdrawn',
    'resubmitted',
    'public-notice',
    'payment-prepared',
    'payment-sent',
    'paid',
    'payment-failed',
    'visited',
    'expected',
  ]),
  /** Plain words for the member, e.g. 海陵区总工会已批准. */
  text: z.string(),
  textEn: z.string(),
  office: z.string().nullable(),
  note: z.string().nullable(),
  dueOn: date.nullable(),
});

const stageState = z.object({
  id: z.string(),
  title: z.string(),
  union: unionRef,
  status: z.enum(['waiting', 'open', 'done', 'skipped']),
  dueOn: date.nullable(),
  overdue: z.boolean(),
});

export const caseRow = z.object({
  id,
  number: z.string(),
  itemCode: z.string(),
  itemTitle: z.string(),
  itemTitleEn: z.string().nullable(),
  applicantName: z.string(),
  union: unionRef,
  status: caseStatus,
  stage: z.string().nullable(),
  stageTitle: z.string().nullable(),
  stageTitleEn: z.string().nullable(),
  amountFen: fen.nullable(),
  submittedAt: instant.nullable(),
  dueOn: date.nullable(),
  overdue: z.boolean(),
  escalated: z.boolean(),
  can: z.array(z.string()),
});

export const decision = z.object({
  id,
  stage: z.string(),
  stageTitle: z.string(),
  outcome: z.enum(['approve', 'return', 'decline', 'pass', 'hand-over', 'countersign', 'cancel']),
  by: z.string(),
  /** Whose deputy decided: 代（…）. */
  actsFor: z.string().nullable(),
  office: z.string(),
  at: instant,
  note: z.string().nullable(),
  voided: z.boolean(),
});

/** One check of the rules: the reason in words and the datum behind it. */
export const check = z.object({
  rule: z.string(),
  ok: z.boolean(),
  reason: z.string(),
  reasonEn: z.string(),
  datum: z.string().nullable(),
  from: date.nullable(),
});

export const caseDetail = caseRow.extend({
  version: z.int(),
  itemVersion: z.int(),
  definition: z.record(z.string(), z.unknown()),
  answers,
  files: z.record(z.string(), z.array(file)),
  applicant: z.object({
    memberId: id,
    name: z.string(),
    idNumberMasked: z.string(),
    phoneMasked: z.string().nullable(),
    bankCardMasked: z.string().nullable(),
    joinedOn: date,
  }),
  checks: z.array(check),
  stages: z.array(stageState),
  decisions: z.array(decision),
  timeline: z.array(timelineEntry),
  promisedOn: date.nullable(),
  paymentStatus: z.string().nullable(),
  channel: z.enum(['bank-card', 'home-visit']).nullable(),
  /** Why I may not decide, in words, when I hold the permission but the rules of four eyes forbid it. */
  cannotDecide: z.string().nullable(),
  cannotDecideEn: z.string().nullable(),
  /** For whom I would decide, as her deputy; null at my own desk. */
  actsFor: z.string().nullable(),
  returnTargets: z.array(z.object({ stage: z.string(), title: z.string() })),
});

export const myCaseRow = z.object({
  id,
  number: z.string().nullable(),
  itemCode: z.string(),
  itemTitle: z.string(),
  itemTitleEn: z.string().nullable(),
  status: caseStatus,
  where: z.string(),
  whereEn: z.string(),
  amountFen: fen.nullable(),
  submittedAt: instant.nullable(),
  expectedOn: date.nullable(),
  paymentStatus: z.string().nullable(),
  can: z.array(z.string()),
});

export const myCase = myCaseRow.extend({
  version: z.int(),
  definition: z.record(z.string(), z.unknown()),
  answers,
  files: z.record(z.string(), z.array(file)),
  returnedNote: z.string().nullable(),
  returnedStage: z.string().nullable(),
  timeline: z.array(timelineEntry),
  promiseWorkingDays: z.int().nullable(),
  promisedOn: date.nullable(),
  /** Hours from submission to money, when paid. */
  actualHours: z.number().nullable(),
});

/** What a change of a case answers: where it stands now. The page asks for the rest when it shows it. */
export const receipt = z.object({
  id,
  number: z.string().nullable(),
  status: caseStatus,
  stage: z.string().nullable(),
  version: z.int(),
  promisedOn: date.nullable(),
});
