import { z } from 'zod';
import { route } from './route.ts';
import { done, id, idParams, instant, pageOf, pageQuery } from './shapes.ts';

export const message = z.object({
  id,
  title: z.string(),
  text: z.string(),
  /** The same in English; null for what was written before it was told in both. */
  titleEn: z.string().nullable(),
  textEn: z.string().nullable(),
  caseId: id.nullable(),
  at: instant,
  read: z.boolean(),
});

export const notifications = {
  list: route({
    method: 'GET',
    path: '/me/messages',
    summary: 'My inbox, newest first.',
    self: 'any',
    query: pageQuery,
    reply: pageOf(message).extend({ unread: z.int() }),
  }),
  markRead: route({
    method: 'PUT',
    path: '/me/messages/:id/read',
    summary: 'Mark a message as read.',
    self: 'any',
    params: idParams,
    reply: done,
  }),
};
