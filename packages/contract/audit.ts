import { z } from 'zod';
import { route } from './route.ts';
import { date, id, instant, pageOf, pageQuery } from './shapes.ts';

export const auditEvent = z.object({
  sequence: z.int(),
  at: instant,
  kind: z.string(),
  by: z.string(),
  office: z.string(),
  subject: z.string(),
  subjectId: z.string().nullable(),
  text: z.string(),
  hash: z.string(),
});

export const audit = {
  list: route({
    method: 'GET',
    path: '/audit/events',
    summary: 'The audit log, newest first.',
    permission: 'audit.view',
    query: pageQuery.extend({
      kind: z.string().max(80).optional(),
      subjectId: id.optional(),
      from: date.optional(),
      to: date.optional(),
    }),
    reply: pageOf(auditEvent),
  }),
  verify: route({
    method: 'GET',
    path: '/audit/verification',
    summary: 'Walk the hash chain and say whether anything was altered, removed or reordered, and where.',
    permission: 'audit.view',
    perMinute: 10,
    reply: z.object({
      ok: z.boolean(),
      rows: z.int(),
      brokenAt: z.int().nullable(),
      reason: z.string().nullable(),
      headHash: z.string().nullable(),
    }),
  }),
};
