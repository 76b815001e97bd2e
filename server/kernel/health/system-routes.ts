import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { contract, type InputOf, type ReplyOf } from '@smart-union/contract';
import { record } from '../audit.ts';
import type { Ctx } from '../context.ts';
import { mount, type HttpHost } from '../http.ts';
import { coversFederation, requireWholeFederation } from '../whole-federation.ts';
import { askForCheck, checkMeasures, listChecks, ownCheck } from './checks.ts';
import { proveAudit } from './prove-audit.ts';
import { listFailed, listQueues } from './queues.ts';
import { diskOf, type ReadinessCheck } from './readiness.ts';
import { listBackups, listKeys } from './records.ts';

type Routes = typeof contract.system;

async function versionsOf(ctx: Ctx, app: string): Promise<ReplyOf<Routes['overview']>['versions']> {
  const found = await sql<{ postgres: string; migration: string | null }>`
    select current_setting('server_version') as postgres,
      (select max(name) from platform.migration where schema_name = ${ctx.federation.schema}) as migration`.execute(
    ctx.db,
  );
  const { postgres, migration } = found.rows[0]!;
  return { app, node: process.version, postgres, migration: migration ?? '' };
}

function noted(ctx: Ctx, kind: string, subject: string, subjectId: string | null, data: object) {
  return record(ctx, { kind, subject, subjectId, unionPath: 'f', data: { ...data } });
}

async function runCheck(ctx: Ctx, { params }: InputOf<Routes['runCheck']>): Promise<{ ok: true }> {
  await requireWholeFederation(ctx, 'system.operate');
  await askForCheck(ctx, params.name);
  await noted(ctx, 'check.asked', 'check', null, { check: params.name });
  return { ok: true };
}

async function retryJob(ctx: Ctx, { params }: InputOf<Routes['retryJob']>): Promise<{ ok: true }> {
  await requireWholeFederation(ctx, 'system.operate');
  const name = await ctx.jobs.retry(ctx, params.id);
  await noted(ctx, 'job.retried', 'job', params.id, { job: name });
  return { ok: true };
}

/** Puts the contract's `system` routes on the server. Nothing in them is about a person. */
export function mountSystem(host: HttpHost, root: string, readiness: () => Promise<ReadinessCheck[]>): void {
  const { platform } = host;
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const startedAt = new Date(performance.timeOrigin);
  platform.jobs.register(proveAudit);
  ownCheck(platform, 'audit', proveAudit.name);
  for (const measure of checkMeasures) platform.metrics.measure(measure);

  const overview = async (ctx: Ctx): Promise<ReplyOf<Routes['overview']>> => {
    const { dataDir, minFreeBytes, secureCookies } = ctx.config;
    const { free, total } = await diskOf(dataDir);
    return {
      mayOperate: await coversFederation(ctx, 'system.operate'),
      versions: await versionsOf(ctx, version),
      startedAt: startedAt.toISOString(),
      uptimeSeconds: Math.round(process.uptime()),
      notReady: await readiness(),
      disk: { freeBytes: free, totalBytes: total, leastBytes: minFreeBytes },
      certificates: { where: 'front', https: secureCookies },
      keys: await listKeys(ctx),
      backups: await listBackups(ctx),
      queues: await listQueues(ctx),
      failed: await listFailed(ctx),
    };
  };
  mount(host, 'system', contract.system, {
    overview,
    listChecks: async (ctx) => ({ items: await listChecks(ctx) }),
    runCheck,
    retryJob,
  });
}
