import { z } from 'zod';
import { route } from './route.ts';
import { date, done, text } from './shapes.ts';

export const calendarDay = z.object({
  on: date,
  kind: z.enum(['holiday', 'make-up']),
  name: z.string(),
  source: z.string(),
});

export const calendar = {
  list: route({
    method: 'GET',
    path: '/calendar/days',
    summary: 'Holidays and make-up working days of a year.',
    self: 'cadre',
    query: z.object({ year: z.coerce.number().int().min(2000).max(2100) }),
    reply: z.object({ items: z.array(calendarDay) }),
  }),
  set: route({
    method: 'PUT',
    path: '/calendar/days/:on',
    summary: 'Say that a day is a holiday or a make-up working day.',
    permission: 'calendar.edit',
    params: z.object({ on: date }),
    body: z.object({ kind: z.enum(['holiday', 'make-up']), name: text(40), source: text(200) }),
    reply: calendarDay,
  }),
  remove: route({
    method: 'DELETE',
    path: '/calendar/days/:on',
    summary: 'Take an entry out; the day follows the week again.',
    permission: 'calendar.edit',
    params: z.object({ on: date }),
    reply: done,
  }),
};
