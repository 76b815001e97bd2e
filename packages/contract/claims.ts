import { z } from 'zod';
import { route } from './route.ts';
import { check } from './case-shapes.ts';
import { catalogueItem } from './catalogue.ts';
import { date, fen, id, idParams, text } from './shapes.ts';

export const entitlement = catalogueItem.extend({
  ok: z.boolean(),
  checks: z.array(check),
  amountFen: fen.nullable(),
  usedThisPeriod: z.int().nullable(),
  allowedPerPeriod: z.int().nullable(),
  promiseWorkingDays: z.int().nullable(),
  /** Earliest day she qualifies, when time alone will tell. */
  from: date.nullable(),
  draftId: id.nullable(),
});

export const claims = {
  entitlements: route({
    method: 'GET',
    path: '/me/entitlements',
    summary: '我能领什么: every benefit with ✔ or ✘ and the rule and datum behind it.',
    self: 'member',
    reply: z.object({ items: z.array(entitlement), claimable: z.int() }),
  }),
  entitlement: route({
    method: 'GET',
    path: '/me/entitlements/:code',
    summary: 'One benefit, assessed for me today.',
    self: 'member',
    params: z.object({ code: z.string().max(80) }),
    reply: entitlement,
  }),
  recordVisit: route({
    method: 'POST',
    path: '/claims/:id/visits',
    summary: 'Record that the district visited in person and handed the money over (photo and signature).',
    permission: 'disbursements.visit',
    idempotent: true,
    params: idParams,
    body: z.object({ visitedOn: date, photoId: id, signatureId: id, note: text(500) }),
    reply: z.object({ ok: z.literal(true), paymentStatus: z.string() }),
  }),
  chooseVisit: route({
    method: 'PUT',
    path: '/claims/:id/channel',
    summary: 'Pay this claim by a visit instead of by card, or back, while it is not in a batch.',
    permission: 'cases.approve',
    params: idParams,
    body: z.object({ channel: z.enum(['bank-card', 'home-visit']), reason: text(200) }),
    reply: z.object({ ok: z.literal(true) }),
  }),
};
