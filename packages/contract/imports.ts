import { z } from 'zod';
import { route } from './route.ts';
import type { Permission } from './permissions.ts';
import { done, id, idParams, instant, pageOf, pageQuery } from './shapes.ts';

export const importCounts = z.object({
  rows: z.int(),
  accept: z.int(),
  warn: z.int(),
  reject: z.int(),
  /** Of the accepted: rows that would add, change, or leave things as they are. */
  added: z.int(),
  changed: z.int(),
  unchanged: z.int(),
});

export const importRun = z.object({
  id,
  fileName: z.string(),
  /** A large file is `reading` and then `saving` while a job works on it: ask again. `failed`: the file could not be read. */
  status: z.enum(['reading', 'previewed', 'saving', 'committed', 'discarded', 'failed']),
  /** How far the job is, in rows; a `total` of 0 is not known yet. Null when nothing is under way. */
  progress: z
    .object({ step: z.enum(['reading', 'checking', 'saving']), done: z.int(), total: z.int() })
    .nullable(),
  /** Why the last step that was left to a job was refused, e.g. `import-stale`. */
  problem: z.object({ code: z.string(), reason: z.string(), reasonEn: z.string() }).nullable(),
  encoding: z.string(),
  sheets: z.array(z.string()),
  counts: importCounts,
  byFault: z.array(
    z.object({ kind: z.string(), title: z.string(), titleEn: z.string().optional(), rows: z.int() }),
  ),
  createdAt: instant,
  committedAt: instant.nullable(),
  by: z.string(),
});

export const importFault = z.object({
  sheet: z.string(),
  row: z.int(),
  verdict: z.enum(['accept-with-warning', 'reject']),
  column: z.string(),
  columnTitle: z.string(),
  kind: z.string(),
  value: z.string(),
  reason: z.string(),
  /** Null where it was judged before there was an English text. */
  reasonEn: z.string().nullable(),
});

/** The same six routes for each kind of roster; only path and permission differ. */
const importsOf = (noun: 'unions' | 'members', permission: Permission) => ({
  preview: route({
    method: 'POST',
    path: `/${noun}/imports`,
    summary: `Read a roster of ${noun} and say what would happen; nothing is changed. The body is the file itself. A large one is read by a job.`,
    permission,
    query: z.object({ fileName: z.string().max(200).default('') }),
    rawBody: 20 * 1024 * 1024,
    reply: importRun,
  }),
  list: route({
    method: 'GET',
    path: `/${noun}/imports`,
    summary: `Earlier imports of ${noun}.`,
    permission,
    query: pageQuery,
    reply: pageOf(importRun),
  }),
  get: route({
    method: 'GET',
    path: `/${noun}/imports/:id`,
    summary: 'One import.',
    permission,
    params: idParams,
    reply: importRun,
  }),
  faults: route({
    method: 'GET',
    path: `/${noun}/imports/:id/faults`,
    summary: 'Refused and warned rows with row, column, masked value and reason.',
    permission,
    params: idParams,
    query: pageQuery.extend({ kind: z.string().max(60).optional() }),
    reply: pageOf(importFault),
  }),
  commit: route({
    method: 'POST',
    path: `/${noun}/imports/:id/commit`,
    summary: 'Do what the preview said, in one transaction; many rows are saved by a job.',
    permission,
    params: idParams,
    reply: importRun,
  }),
  refused: route({
    method: 'GET',
    path: `/${noun}/imports/:id/refused.xlsx`,
    summary: 'The refused rows with a reason column, to be corrected and sent again.',
    permission,
    params: idParams,
    reply: { raw: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', holds: 'L4' },
  }),
  discard: route({
    method: 'DELETE',
    path: `/${noun}/imports/:id`,
    summary: 'Throw a preview away, or stop reading.',
    permission,
    params: idParams,
    reply: done,
  }),
});

export const unionImports = importsOf('unions', 'unions.import');
export const memberImports = importsOf('members', 'members.import');
