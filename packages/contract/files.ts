import { z } from 'zod';
import { route } from './route.ts';
import { both } from './input-words.ts';
import { id, idParams, text } from './shapes.ts';

export const file = z.object({
  id,
  name: z.string(),
  size: z.int(),
  received: z.int(),
  /** Sniffed from the bytes, never the sender's word; null until the upload is complete. */
  mediaType: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  status: z.enum(['uploading', 'ready', 'refused']),
  reason: z.string().nullable(),
  reasonEn: z.string().nullable(),
});

export const files = {
  begin: route({
    method: 'POST',
    path: '/files',
    summary: 'Begin an upload of at most 20 MB; the bytes follow in PUT calls and may be resumed.',
    self: 'any',
    perMinute: 120,
    body: z.object({
      name: text(200),
      size: z
        .int()
        .min(1, both('文件是空的，请重新选择', 'The file is empty; please choose another'))
        .max(
          20 * 1024 * 1024,
          both(
            '文件超过 20 MB，请压缩或重新拍照',
            'The file is larger than 20 MB; please make it smaller or take it again',
          ),
        ),
    }),
    reply: file,
  }),
  append: route({
    // Not PATCH: the mini-program's request API knows no such method.
    method: 'PUT',
    path: '/files/:id',
    summary:
      'Send the next bytes from `offset`. After the last byte the file is sniffed, re-encoded and stored.',
    self: 'any',
    perMinute: 600,
    params: idParams,
    query: z.object({ offset: z.coerce.number().int().min(0) }),
    rawBody: 20 * 1024 * 1024,
    reply: file,
  }),
  get: route({
    method: 'GET',
    path: '/files/:id',
    summary: 'How far an upload has come.',
    self: 'any',
    params: idParams,
    reply: file,
  }),
  content: route({
    method: 'GET',
    path: '/files/:id/content',
    summary:
      'The stored bytes, for the owner or a cadre who may see the case it belongs to. Looking is recorded.',
    self: 'any',
    params: idParams,
    query: z.object({ size: z.enum(['full', 'preview']).default('full') }),
    reply: { raw: 'application/octet-stream', holds: 'L4' },
  }),
  remove: route({
    method: 'DELETE',
    path: '/files/:id',
    summary: 'Throw an own upload away that belongs to no submitted case.',
    self: 'any',
    params: idParams,
    reply: z.object({ ok: z.literal(true) }),
  }),
};
