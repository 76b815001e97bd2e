import { z } from 'zod';
import { route } from './route.ts';
import { both } from './input-words.ts';
import { id, idParams, instant, pageOf, pageQuery, purpose, text } from './shapes.ts';

const reason = purpose(120);

export const privacyRequest = z.object({
  id,
  kind: z.enum(['opening', 'export']),
  who: z.string(),
  office: z.string(),
  /** Of an opening: whose data, by her number; of an export: which list. */
  memberNumber: z.string().nullable(),
  subject: z.enum(['members', 'cases']).nullable(),
  reason: z.string(),
  askedAt: instant,
  status: z.enum(['asked', 'granted', 'declined']),
  decidedBy: z.string().nullable(),
  decidedAt: instant.nullable(),
  expiresAt: instant.nullable(),
  usedAt: instant.nullable(),
  can: z.array(z.enum(['decide', 'open'])),
});

export const privacy = {
  list: route({
    method: 'GET',
    path: '/privacy/requests',
    summary: 'Requests for a second person: mine, and those I may decide.',
    self: 'cadre',
    query: pageQuery,
    reply: pageOf(privacyRequest),
  }),
  ask: route({
    method: 'POST',
    path: '/privacy/requests',
    summary:
      'Ask a second person: to open a member’s sealed fields without the permission, or to export a long list.',
    self: 'cadre',
    perMinute: 10,
    body: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('opening'), memberNumber: text(40), reason }),
      z.object({
        kind: z.literal('export'),
        subject: z.enum(['members', 'cases']),
        /** The query of the export, as it will be called. */
        query: z.record(z.string().max(40), z.string().max(200)),
        reason,
      }),
    ]),
    reply: privacyRequest,
  }),
  decide: route({
    method: 'POST',
    path: '/privacy/requests/:id/decisions',
    summary: 'Grant or decline a request of somebody else; a grant lasts at most 60 minutes.',
    permission: 'audit.view',
    params: idParams,
    body: z.object({
      outcome: z.enum(['grant', 'decline']),
      minutes: z.int().min(5).max(60, both('最长 60 分钟', 'At most 60 minutes')).default(30),
    }),
    reply: privacyRequest,
  }),
  open: route({
    method: 'POST',
    path: '/privacy/requests/:id/openings',
    summary:
      'Open the sealed fields that were granted to me; the member reads who, when, why and who allowed it.',
    self: 'cadre',
    perMinute: 30,
    params: idParams,
    body: z.object({ fields: z.array(z.enum(['idNumber', 'phone', 'bankCard'])).min(1) }),
    reply: z.object({
      values: z.partialRecord(z.enum(['idNumber', 'phone', 'bankCard']), z.string().nullable()),
      hideAfterSeconds: z.int(),
    }),
  }),
};
