import { CompiledQuery } from 'kysely';
import type { Contract, ReplyOf } from '@smart-union/contract';
import type { Ctx, Platform } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { Measure } from '../metrics.ts';

export type Check = ReplyOf<Contract['system']['listChecks']>['items'][number];
export type CheckName = Check['name'];

/** The order in which the operator sees them. */
const checkNames = ['audit', 'ledger', 'figures'] as const satisfies CheckName[];

export interface Finding {
  ok: boolean;
  faults: number;
  /** Rows looked at, where they were counted. */
  rows: number | null;
  /** Where the first fault is: a row's number or id, never what is in it. */
  place: string | null;
}

const owners = new WeakMap<Platform['jobs'], Map<CheckName, string>>();

/** Says which job runs a check; its owner calls this while mounting. */
export function ownCheck({ jobs }: Platform, name: CheckName, job: string): void {
  const known = owners.get(jobs) ?? new Map<CheckName, string>();
  known.set(name, job);
  owners.set(jobs, known);
}

function jobOf(ctx: Ctx, name: CheckName): string {
  const job = owners.get(ctx.jobs)?.get(name);
  if (!job) throw new DomainError('thing-not-found');
  return job;
}

/**
 * Runs a proof and writes down what it found, in its transaction. Adds a row and changes none, so that a proof may work
 * in a snapshot of its own (repeatable read).
 */
export async function noteCheck(ctx: Ctx, kind: CheckName, prove: () => Promise<Finding>): Promise<Finding> {
  const began = performance.now();
  const { ok, faults, rows, place } = await prove();
  const millis = Math.round(performance.now() - began);
  await ctx.db
    .insertInto('check_run')
    .values({ id: ctx.id(), kind, started_at: ctx.now, millis, ok, faults, rows_seen: rows, place })
    .execute();
  return { ok, faults, rows, place };
}

/** Tells how far a proof has come, at most once a second. */
export type Progress = (done: number, total: number) => Promise<void>;

export function progressOf(ctx: Ctx, kind: CheckName): Progress {
  let toldAt = -1000;
  return async (done, total) => {
    if (performance.now() - toldAt < 1000 && done < total) return;
    toldAt = performance.now();
    // Beside the proof's own transaction, which nobody can look into before it ends.
    await ctx.beside(async (other) => {
      await other.db
        .insertInto('check_progress')
        .values({ kind, done, total, told_at: other.now })
        .onConflict((conflict) => conflict.column('kind').doUpdateSet({ done, total, told_at: other.now }))
        .execute();
    });
  };
}

interface UnderWay {
  name: string;
  state: string;
  started_on: Date | null;
}

async function listUnderWay(ctx: Ctx, jobs: string[]): Promise<UnderWay[]> {
  const found = await ctx.db.executeQuery<UnderWay>(
    CompiledQuery.raw(
      `select name, state::text as state, started_on from pgboss.job
      where name = any ($1::text[]) and data->>'federation' = $2
        and (state = 'active' or (state < 'active' and start_after <= $3))`,
      [jobs, ctx.federation.code, ctx.now],
    ),
  );
  return found.rows;
}

/** Every check with its last result and, when it is under way, how far it has come. */
export async function listChecks(ctx: Ctx): Promise<Check[]> {
  await ctx.jobs.ready();
  const names = checkNames.filter((name) => owners.get(ctx.jobs)?.has(name));
  const last = await ctx.db
    .selectFrom('check_run')
    .distinctOn('kind')
    .selectAll()
    .orderBy('kind')
    .orderBy('started_at', 'desc')
    .execute();
  const told = await ctx.db.selectFrom('check_progress').selectAll().execute();
  const jobs = await listUnderWay(
    ctx,
    names.map((name) => jobOf(ctx, name)),
  );
  return names.map((name) => {
    const row = last.find((one) => one.kind === name);
    const mine = jobs.filter((one) => one.name === jobOf(ctx, name));
    const running = mine.find((one) => one.state === 'active');
    const progress = told.find((one) => one.kind === name);
    const current = running?.started_on && progress && progress.told_at >= running.started_on;
    return {
      name,
      last: row
        ? {
            at: row.started_at.toISOString(),
            millis: row.millis,
            ok: row.ok,
            faults: row.faults,
            rows: row.rows_seen,
            place: row.place,
          }
        : null,
      state: running ? 'running' : mine.length > 0 ? 'waiting' : 'idle',
      progress: current ? { done: progress.done, total: progress.total } : null,
    };
  });
}

/** Puts the check's job in; one that waits already is enough. */
export const askForCheck = (ctx: Ctx, name: CheckName): Promise<void> =>
  ctx.jobs.enqueue(ctx, jobOf(ctx, name), {}, { key: 'asked' });

async function readLast(ctx: Ctx, figure: (row: { ok: boolean; started_at: Date }) => number) {
  const rows = await ctx.db
    .selectFrom('check_run')
    .distinctOn('kind')
    .select(['kind', 'ok', 'started_at'])
    .orderBy('kind')
    .orderBy('started_at', 'desc')
    .execute();
  return Object.fromEntries(rows.map((row) => [row.kind, figure(row)]));
}

/** Result and age of the last run of each check; one that never ran has no series. */
export const checkMeasures: readonly Measure[] = [
  {
    name: 'check_ok',
    help: '1 when the last proof of audit log, ledger or figures found nothing, 0 when it found faults.',
    label: { name: 'check', values: checkNames },
    across: 'min',
    read: (ctx) => readLast(ctx, (row) => (row.ok ? 1 : 0)),
  },
  {
    name: 'check_age_seconds',
    help: 'How long ago the last proof of audit log, ledger or figures was.',
    label: { name: 'check', values: checkNames },
    across: 'max',
    read: (ctx) => readLast(ctx, (row) => (ctx.now.getTime() - row.started_at.getTime()) / 1000),
  },
];
