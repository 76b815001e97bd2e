import { z } from 'zod';
import { route } from './route.ts';
import { date, id, idParams, instant, pageOf, pageQuery, unionRef } from './shapes.ts';

/** Level code, ACFTU data model: 30 city, 40 district, 50 town, 60 grassroots. */
export const union = z.object({
  id,
  name: z.string(),
  levelCode: z.string(),
  formCode: z.string(),
  uscc: z.string().nullable(),
  employerName: z.string().nullable(),
  foundedOn: date.nullable(),
  approvalNumber: z.string().nullable(),
  staffCount: z.int().nullable(),
  status: z.enum(['active', 'preparing', 'dissolved']),
  superior: unionRef.nullable(),
  memberCount: z.int(),
  unionCount: z.int(),
  location: z.object({ longitude: z.number(), latitude: z.number() }).nullable(),
  can: z.array(z.string()),
});

/** A node of the tree on the left. */
export const unionNode = z.object({
  id,
  name: z.string(),
  levelCode: z.string(),
  childCount: z.int(),
  memberCount: z.int(),
});

export const unionEvent = z.object({
  id,
  kind: z.string(),
  effectiveOn: date,
  recordedAt: instant,
  by: z.string(),
  text: z.string(),
});

export const unions = {
  list: route({
    method: 'GET',
    path: '/unions',
    summary: 'Unions in my scope, by name or pinyin.',
    permission: 'unions.view',
    query: pageQuery.extend({
      under: id.optional(),
      levelCode: z.string().max(2).optional(),
    }),
    reply: pageOf(union),
  }),
  tree: route({
    method: 'GET',
    path: '/unions/tree',
    summary: 'Children of a union, or the roots of my scope.',
    permission: 'unions.view',
    query: z.object({ parent: id.optional() }),
    reply: z.object({ nodes: z.array(unionNode) }),
  }),
  get: route({
    method: 'GET',
    path: '/unions/:id',
    summary: 'One union with its superiors; `on` gives it as it stood that day, with the figures of today.',
    permission: 'unions.view',
    params: idParams,
    query: z.object({ on: date.optional() }),
    reply: union.extend({ ancestors: z.array(unionRef) }),
  }),
  history: route({
    method: 'GET',
    path: '/unions/:id/events',
    summary: 'What happened to a union, newest first.',
    permission: 'unions.view',
    params: idParams,
    query: pageQuery,
    reply: pageOf(unionEvent),
  }),
};
