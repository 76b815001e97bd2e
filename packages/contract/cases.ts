import { z } from 'zod';
import {
  answers,
  caseDetail,
  caseRow,
  caseStatus,
  myCase,
  myCaseRow,
  outcome,
  receipt,
} from './case-shapes.ts';
import { route } from './route.ts';
import { done, id, idParams, pageOf, pageQuery, text } from './shapes.ts';

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
