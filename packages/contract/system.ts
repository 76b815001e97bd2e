import { z } from 'zod';
import { route } from './route.ts';
import { done, id, idParams, instant } from './shapes.ts';

/** The proofs an operator may ask for: the audit log's chain, the ledger to the fen, the overview's figures. */
export const checkNames = ['audit', 'ledger', 'figures'] as const;

const queue = z.object({
  name: z.string(),
  /** Due and not yet begun; `later`: due at a later time. */
  waiting: z.int(),
  later: z.int(),
  active: z.int(),
  failed: z.int(),
  oldestSeconds: z.number(),
});

const failedJob = z.object({
  id,
  name: z.string(),
  failedAt: instant,
  tries: z.int(),
  /** Name and code of the error, never its message: that may quote what somebody typed. */
  error: z.string(),
  /** Of the request that put it in; null for the schedule's. */
  requestId: z.string().nullable(),
});

const backup = z.object({
  finishedAt: instant,
  sizeBytes: z.int(),
  rows: z.int(),
  files: z.int(),
  withKeys: z.boolean(),
  verifiedAt: instant.nullable(),
});

const check = z.object({
  name: z.enum(checkNames),
  /** null: never run so far. */
  last: z
    .object({
      at: instant,
      millis: z.int(),
      ok: z.boolean(),
      faults: z.int(),
      rows: z.int().nullable(),
      place: z.string().nullable(),
    })
    .nullable(),
  state: z.enum(['idle', 'waiting', 'running']),
  /** Steps done of all, while running and known. */
  progress: z.object({ done: z.int(), total: z.int() }).nullable(),
});

export const system = {
  overview: route({
    method: 'GET',
    path: '/system',
    summary: 'How the server fares: versions, readiness, queues, backups, disk, certificates, keys.',
    permission: 'system.view',
    reply: z.object({
      /** Whether I may retry jobs and run checks: only the administrator of the whole federation. */
      mayOperate: z.boolean(),
      versions: z.object({ app: z.string(), node: z.string(), postgres: z.string(), migration: z.string() }),
      startedAt: instant,
      uptimeSeconds: z.int(),
      /** Names of the readiness checks that fail. */
      notReady: z.array(z.enum(['database', 'migrations', 'jobs', 'disk'])),
      disk: z.object({ freeBytes: z.int(), totalBytes: z.int(), leastBytes: z.int() }),
      /** Certificates lie with the proxy in front; `https`: whether this server was told that there is one. */
      certificates: z.object({ where: z.literal('front'), https: z.boolean() }),
      keys: z.array(z.object({ version: z.int(), since: instant.nullable(), days: z.int().nullable() })),
      backups: z.array(backup),
      queues: z.array(queue),
      failed: z.array(failedJob),
    }),
  }),
  listChecks: route({
    method: 'GET',
    path: '/system/checks',
    summary: 'The proofs of audit log, ledger and figures: last result, and how far one under way has come.',
    permission: 'system.view',
    reply: z.object({ items: z.array(check) }),
  }),
  runCheck: route({
    method: 'POST',
    path: '/system/checks/:name/runs',
    summary: 'Run a proof now, as a job.',
    permission: 'system.operate',
    params: z.object({ name: z.enum(checkNames) }),
    perMinute: 10,
    reply: done,
  }),
  retryJob: route({
    method: 'POST',
    path: '/system/jobs/:id/retries',
    summary: 'Put a job that failed for good back in its queue.',
    permission: 'system.operate',
    params: idParams,
    reply: done,
  }),
};
