import { z } from 'zod';
import { route } from './route.ts';
import { fen, id, instant, unionRef } from './shapes.ts';

/** Figures of one union and everything under it. */
export const figures = z.object({
  members: z.int(),
  unions: z.int(),
  /** Employees the unions report (职工人数), the target of coverage; 0 when none has reported. */
  employees: z.int(),
  joinedToday: z.int(),
  joinedThisYear: z.int(),
  claimsToday: z.int(),
  claimsThisYear: z.int(),
  inProgress: z.int(),
  paidToday: z.int(),
  paidThisYearFen: fen,
  paidThisYearCount: z.int(),
  /** Payments this year that kept the promise of their item, in working days. */
  onTimeThisYearCount: z.int(),
  /** Median hours from submission to money this year; null when nothing has been paid. */
  medianHours: z.number().nullable(),
});

export const place = z.object({
  union: unionRef,
  levelCode: z.string(),
  longitude: z.number().nullable(),
  latitude: z.number().nullable(),
  figures,
  /** The largest unions below, as grains in the place's disc; at most 120, empty where there are none. */
  grains: z.array(z.object({ id, name: z.string(), members: z.int(), paidThisYearCount: z.int() })),
});

/** An anonymised moment for the ticker. */
export const moment = z.object({
  id: z.string(),
  at: instant,
  kind: z.enum(['claimed', 'approved', 'paid']),
  unionId: id,
  /** From the smallest place that hides the person up to the root: where a map of any level lets it pulse. */
  unionIds: z.array(id),
  place: z.string(),
  text: z.string(),
  textEn: z.string(),
});

export const overview = z.object({
  union: unionRef,
  levelCode: z.string(),
  ancestors: z.array(unionRef),
  asOf: instant,
  figures,
  promiseWorkingDays: z.int().nullable(),
  stages: z.array(
    z.object({ id: z.string(), title: z.string(), titleEn: z.string(), count: z.int(), overdue: z.int() }),
  ),
  segments: z.array(z.object({ code: z.string(), title: z.string(), count: z.int() })),
  funds: z.array(
    z.object({
      name: z.string(),
      /** Balances are for those in whose scope the fund lies; null for others. */
      availableFen: fen.nullable(),
      reservedFen: fen.nullable(),
      inTransitFen: fen.nullable(),
      paidThisYearFen: fen,
    }),
  ),
  /** Claims and payments per day, the last 30 days. */
  days: z.array(z.object({ on: z.string(), claims: z.int(), paid: z.int(), paidFen: fen })),
  /** The largest 300 unions directly below; the union's siblings and itself when there are none. */
  places: z.array(place),
  moments: z.array(moment),
  /** Lists behind the numbers that this person may open, as permissions. */
  can: z.array(z.string()),
});

export const dashboards = {
  overview: route({
    method: 'GET',
    path: '/dashboards/overview',
    summary: 'Figures of a union and its children, from rollups.',
    permission: 'dashboards.view',
    mayLag: true,
    query: z.object({ unionId: id.optional() }),
    reply: overview,
  }),
  stream: route({
    method: 'GET',
    path: '/dashboards/stream',
    summary: 'Server-sent events: `tick` with the time of the data, `moment` for the ticker.',
    permission: 'dashboards.view',
    query: z.object({ unionId: id.optional() }),
    reply: { raw: 'text/event-stream', holds: 'L2' },
  }),
};
