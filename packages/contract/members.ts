import { z } from 'zod';
import { route } from './route.ts';
import { date, id, idParams, instant, pageOf, pageQuery, purpose, unionRef } from './shapes.ts';

export const memberStatus = z.enum(['active', 'retained', 'left']);

export const memberRow = z.object({
  id,
  memberNumber: z.string(),
  name: z.string(),
  sex: z.enum(['male', 'female', 'unknown']),
  idNumberMasked: z.string(),
  phoneMasked: z.string().nullable(),
  occupation: z.string().nullable(),
  union: unionRef,
  joinedOn: date,
  status: memberStatus,
  can: z.array(z.string()),
});

export const member = memberRow.extend({
  idKind: z.string(),
  birthYear: z.int().nullable(),
  ethnicity: z.string().nullable(),
  education: z.string().nullable(),
  politicalStatus: z.string().nullable(),
  migrantWorker: z.boolean().nullable(),
  employerName: z.string().nullable(),
  bankCardMasked: z.string().nullable(),
  ancestors: z.array(unionRef),
});

export const memberEvent = z.object({
  id,
  kind: z.string(),
  effectiveOn: date,
  recordedAt: instant,
  union: unionRef.nullable(),
  by: z.string(),
  text: z.string(),
});

/** One line of 谁看过我的信息. */
export const accessEvent = z.object({
  at: instant,
  who: z.string(),
  office: z.string(),
  fields: z.array(z.string()),
  fieldsEn: z.array(z.string()).nullable(),
  /** As the cadre wrote it; the system's own has an English text beside it. */
  reason: z.string(),
  reasonEn: z.string().nullable(),
  caseNumber: z.string().nullable(),
});

export const openableFields = z.enum(['idNumber', 'phone', 'bankCard']);

export const members = {
  list: route({
    method: 'GET',
    path: '/members',
    summary:
      'Members in my scope, without those who left unless asked for. `q` begins a name, given name, pinyin or initials, or is a whole ID number, phone or member number.',
    permission: 'members.view',
    query: pageQuery.extend({ under: id.optional(), status: memberStatus.optional() }),
    reply: pageOf(memberRow),
  }),
  get: route({
    method: 'GET',
    path: '/members/:id',
    summary: 'One member, sealed fields masked.',
    permission: 'members.view',
    params: idParams,
    reply: member,
  }),
  history: route({
    method: 'GET',
    path: '/members/:id/events',
    summary: 'What happened to a membership, newest first.',
    permission: 'members.view',
    params: idParams,
    reply: z.object({ items: z.array(memberEvent) }),
  }),
  disclose: route({
    method: 'POST',
    path: '/members/:id/disclosures',
    summary: 'See sealed fields in full, with a reason. The member sees who looked and why.',
    permission: 'members.open',
    perMinute: 30,
    params: idParams,
    body: z.object({
      fields: z.array(openableFields).min(1).max(3),
      reason: purpose(200),
    }),
    reply: z.object({ values: z.record(z.string(), z.string().nullable()), hideAfterSeconds: z.int() }),
  }),
  exportList: route({
    method: 'GET',
    path: '/members/export.xlsx',
    summary: 'The list as a workbook, sealed fields masked; written to the audit log with its reason.',
    permission: 'members.export',
    perMinute: 10,
    query: pageQuery.extend({
      under: id.optional(),
      status: memberStatus.optional(),
      reason: z.string().trim().min(4).max(200),
    }),
    reply: { raw: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', holds: 'L3' },
  }),
  me: route({
    method: 'GET',
    path: '/me/member',
    summary: 'My membership.',
    self: 'member',
    reply: member.omit({ can: true }).extend({ superiorOffice: z.string() }),
  }),
  myAccessLog: route({
    method: 'GET',
    path: '/me/access-log',
    summary: 'Who opened my ID number, phone, card or diagnosis, when and why.',
    self: 'member',
    query: pageQuery,
    reply: pageOf(accessEvent),
  }),
  setBankCard: route({
    method: 'PUT',
    path: '/me/bank-card',
    summary: 'Set the card that money is paid to (Luhn-checked, sealed).',
    self: 'member',
    body: z.object({ number: z.string().trim().min(8).max(40) }),
    reply: z.object({ bankCardMasked: z.string() }),
  }),
};
