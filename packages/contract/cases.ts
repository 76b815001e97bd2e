import { z } from 'zod';
import { route } from './route.ts';
import { date, done, fen, id, idParams, instant, pageOf, pageQuery, text, unionRef } from './shapes.ts';
import { file } from './files.ts';

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

export const catalogueItem = z.object({
  code: z.string(),
  version: z.int(),
  kind: z.string(),
  title: z.string(),
  titleEn: z.string().nullable(),
  summary: z.string(),
  lifeEvent: z.string(),
  keywords: z.array(z.string()),
});

/** The whole declaration, as catalogue-kit's ItemDefinition; the phone page draws its form from it. */
export const catalogueDefinition = catalogueItem.extend({ definition: z.record(z.string(), z.unknown()) });

export const timelineEntry = z.object({
  at: instant.nullable(),
  kind: z.enum([
    'submitted',
    'stage-opened',
    'approved-stage',
    'returned',
    'declined',
    'approved',
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
  applicantName: z.string(),
  union: unionRef,
  status: caseStatus,
  stage: z.string().nullable(),
  stageTitle: z.string().nullable(),
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
  outcome: z.enum(['approve', 'return', 'decline', 'pass', 'hand-over', 'countersign']),
  by: z.string(),
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
  returnTargets: z.array(z.object({ stage: z.string(), title: z.string() })),
});

export const myCaseRow = z.object({
  id,
  number: z.string().nullable(),
  itemCode: z.string(),
  itemTitle: z.string(),
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

export const catalogue = {
  list: route({
    method: 'GET',
    path: '/catalogue/items',
    summary: 'Everything a person may apply for.',
    self: 'any',
    reply: z.object({ items: z.array(catalogueItem) }),
  }),
  get: route({
    method: 'GET',
    path: '/catalogue/items/:code',
    summary: 'One item with its form, rules, amounts and route.',
    self: 'any',
    params: z.object({ code: z.string().max(80) }),
    reply: catalogueDefinition,
  }),
};

export const cases = {
  listMine: route({
    method: 'GET',
    path: '/me/cases',
    summary: 'My applications, newest first.',
    self: 'member',
    reply: z.object({ items: z.array(myCaseRow) }),
  }),
  getMine: route({
    method: 'GET',
    path: '/me/cases/:id',
    summary: 'One of my applications with its timeline.',
    self: 'member',
    params: idParams,
    reply: myCase,
  }),
  open: route({
    method: 'POST',
    path: '/me/cases',
    summary:
      'Open a draft, or return the draft already open. Refused with the reason when the rules forbid it.',
    self: 'member',
    body: z.object({ itemCode: z.string().max(80) }),
    reply: myCase,
  }),
  saveAnswers: route({
    method: 'PUT',
    path: '/me/cases/:id/answers',
    summary:
      'Keep the draft. Incomplete answers are accepted; `faults` tells what is still missing or wrong.',
    self: 'member',
    params: idParams,
    body: z.object({ answers, version: z.int() }),
    reply: z.object({
      version: z.int(),
      faults: z.array(z.object({ field: z.string(), reason: z.string(), reasonEn: z.string() })),
    }),
  }),
  submit: route({
    method: 'POST',
    path: '/me/cases/:id/submission',
    summary: 'Submit, or resubmit after a return.',
    self: 'member',
    idempotent: true,
    params: idParams,
    body: z.object({ version: z.int() }),
    reply: receipt,
  }),
  withdraw: route({
    method: 'POST',
    path: '/me/cases/:id/withdrawal',
    summary: 'Take an application back before it is approved; a draft is thrown away.',
    self: 'member',
    params: idParams,
    reply: receipt,
  }),
  list: route({
    method: 'GET',
    path: '/cases',
    summary:
      'Worklist (`view=todo`) or all cases in my scope. `q` is a case number, a name or a full ID number.',
    permission: 'cases.view',
    query: pageQuery.extend({
      view: z.enum(['todo', 'returned', 'decided', 'all']).default('todo'),
      status: caseStatus.optional(),
      itemCode: z.string().max(80).optional(),
      under: id.optional(),
      overdue: z.stringbool().optional(),
    }),
    reply: pageOf(caseRow),
  }),
  counts: route({
    method: 'GET',
    path: '/cases/counts',
    summary: 'Figures for the home page and the badge.',
    permission: 'cases.view',
    reply: z.object({
      todo: z.int(),
      dueToday: z.int(),
      overdue: z.int(),
      returned: z.int(),
      decidedToday: z.int(),
    }),
  }),
  exportList: route({
    method: 'GET',
    path: '/cases/export.xlsx',
    summary: 'The list as a workbook, sealed fields masked; written to the audit log with its reason.',
    permission: 'cases.export',
    query: pageQuery.extend({
      view: z.enum(['todo', 'returned', 'decided', 'all']).default('all'),
      status: caseStatus.optional(),
      itemCode: z.string().max(80).optional(),
      under: id.optional(),
      reason: z.string().trim().min(4, '请写明导出用途').max(200),
    }),
    reply: { raw: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
  }),
  get: route({
    method: 'GET',
    path: '/cases/:id',
    summary: 'One case with evidence, checks, stages, decisions.',
    permission: 'cases.view',
    params: idParams,
    reply: caseDetail,
  }),
  decide: route({
    method: 'POST',
    path: '/cases/:id/decisions',
    summary:
      'Approve, return to an earlier stage or to the member, or decline. `version` guards against stale screens.',
    permission: 'cases.view',
    idempotent: true,
    params: idParams,
    body: z.object({
      outcome,
      note: z.string().trim().max(500).optional(),
      /** Stage to return to; absent or 'applicant' = the member. */
      returnTo: z.string().max(60).optional(),
      version: z.int().optional(),
    }),
    reply: receipt,
  }),
  decideMany: route({
    method: 'POST',
    path: '/cases/decisions',
    summary: 'The same decision on many cases: all or nothing per case, reported per case.',
    permission: 'cases.view',
    idempotent: true,
    body: z.object({
      ids: z.array(id).min(1).max(200),
      outcome: z.enum(['approve', 'decline']),
      note: z.string().trim().max(500).optional(),
    }),
    reply: z.object({
      results: z.array(
        z.object({ id, ok: z.boolean(), code: z.string().nullable(), reason: z.string().nullable() }),
      ),
    }),
  }),
  handOver: route({
    method: 'POST',
    path: '/cases/:id/handovers',
    summary: 'Hand the open task to a colleague who holds the same permission.',
    permission: 'cases.view',
    params: idParams,
    body: z.object({ accountId: id, note: text(500) }),
    reply: done,
  }),
  countersign: route({
    method: 'POST',
    path: '/cases/:id/countersigns',
    summary: 'Ask a colleague to decide beside me (加签); the stage waits for both.',
    permission: 'cases.view',
    params: idParams,
    body: z.object({ accountId: id, note: text(500) }),
    reply: done,
  }),
  disclose: route({
    method: 'POST',
    path: '/cases/:id/disclosures',
    summary: 'See sealed answers in full, with a reason. The member sees who looked and why.',
    permission: 'cases.open',
    perMinute: 30,
    params: idParams,
    body: z.object({ fields: z.array(z.string().max(60)).min(1).max(10), reason: text(200) }),
    reply: z.object({ values: z.record(z.string(), z.string().nullable()), hideAfterSeconds: z.int() }),
  }),
};
