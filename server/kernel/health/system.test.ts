import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiError } from '@smart-union/api-client';
import { worldNow } from '../../../tests/database/template.ts';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { openFund } from '../../modules/disbursements/index.ts';
import { failJob } from '../../../tests/world/failed-job.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing refused',
    (error: ApiError) => error.code,
  );
/** Runs what waits, a minute later: the last of two runs is the one that came later. */
async function drain(): Promise<void> {
  minutes += 1;
  app.setNow(new Date(worldNow.getTime() + minutes * 60_000));
  await app.server.platform.jobs.drain(app.server.platform);
}
let minutes = 0;
const audited = (kind: string) =>
  app.db((ctx) => ctx.db.selectFrom('audit_event').selectAll().where('kind', '=', kind).execute());
const checkOf = async (name: string) =>
  (await app.as('cityAdmin').system.listChecks()).items.find((one) => one.name === name)!;
const queueOf = async (name: string) =>
  (await app.as('cityAdmin').system.overview()).queues.find((one) => one.name === name)!;

describe('a job that failed for good', () => {
  it('is shown with its error and the request that caused it, and retried once', async () => {
    const requestId = randomUUID();
    const id = await failJob(app, 'outbox.sweep', { requestId });
    const { failed } = await app.as('admin').system.overview();
    expect(failed).toEqual([
      {
        id,
        name: 'outbox.sweep',
        failedAt: expect.stringMatching(/^2026-11-24T/),
        tries: 9,
        error: 'Error 55P03',
        requestId,
      },
    ]);
    expect(await queueOf('outbox.sweep')).toMatchObject({ failed: 1, waiting: 0 });
    await app.as('cityAdmin').system.retryJob({ params: { id } });
    expect(await queueOf('outbox.sweep')).toMatchObject({ failed: 0, waiting: 1 });
    // Twice is once: it no longer is a failed one.
    expect(await codeOf(app.as('cityAdmin').system.retryJob({ params: { id } }))).toBe('thing-not-found');
    await drain();
    expect(await queueOf('outbox.sweep')).toMatchObject({ failed: 0, waiting: 0, active: 0 });
    const [event, ...more] = await audited('job.retried');
    expect(more).toEqual([]);
    expect(event).toMatchObject({ subject: 'job', subject_id: id });
    expect(JSON.parse(event!.payload)).toMatchObject({ data: { job: 'outbox.sweep' } });
  });

  it('is not retried by the administrator of a part, nor from another federation', async () => {
    const id = await failJob(app, 'outbox.sweep');
    const foreign = await failJob(app, 'outbox.sweep', { federation: 'elsewhere' });
    expect(await codeOf(app.as('admin').system.retryJob({ params: { id } }))).toBe('permission-missing');
    expect(await codeOf(app.as('auditor').system.retryJob({ params: { id } }))).toBe('permission-missing');
    expect(await codeOf(app.as('cityAdmin').system.retryJob({ params: { id: foreign } }))).toBe(
      'thing-not-found',
    );
    expect((await app.as('admin').system.overview()).failed.map((one) => one.id)).toEqual([id]);
    expect((await app.as('admin').system.overview()).mayOperate).toBe(false);
    expect((await app.as('cityAdmin').system.overview()).mayOperate).toBe(true);
  });
});

const names = ['audit', 'ledger', 'figures'] as const;

describe('a proof', () => {
  it('runs as a job when it is asked for, and its result is kept', async () => {
    for (const name of names) {
      expect(await checkOf(name)).toEqual({ name, last: null, state: 'idle', progress: null });
      await app.as('cityAdmin').system.runCheck({ params: { name } });
      await app.as('cityAdmin').system.runCheck({ params: { name } });
      expect((await checkOf(name)).state).toBe('waiting');
    }
    expect(await audited('check.asked')).toHaveLength(6);
    await drain();
    for (const name of names) {
      const { last, state } = await checkOf(name);
      // The fixture's members were written without their figures; the proof says so, and puts them right.
      expect([name, state, last?.ok]).toEqual([name, 'idle', name !== 'figures']);
    }
    const { last } = await checkOf('audit');
    expect(last!.rows).toBeGreaterThan(3);
    const runs = await app.db((ctx) => ctx.db.selectFrom('check_run').select('kind').execute());
    // Two who asked at once get one run.
    expect(runs).toHaveLength(3);
    await app.as('cityAdmin').system.runCheck({ params: { name: 'figures' } });
    await drain();
    expect((await checkOf('figures')).last).toMatchObject({ ok: true, faults: 0 });
  });

  it('tells how far it has come, while it runs', async () => {
    const before = await app.db((ctx) => ctx.db.selectFrom('check_progress').selectAll().execute());
    expect(before.map(({ kind }) => kind).toSorted()).toEqual(['audit', 'ledger']);
    await app.as('cityAdmin').system.runCheck({ params: { name: 'audit' } });
    const told = { done: 12, total: 64, told_at: new Date(worldNow.getTime() + 3_600_000) };
    await app.db(async (ctx) => {
      await sql`update pgboss.job set state = 'active', started_on = ${ctx.now}
        where name = 'audit.prove-chain' and state = 'created'`.execute(ctx.db);
      await ctx.db.updateTable('check_progress').set(told).where('kind', '=', 'audit').execute();
    });
    expect(await checkOf('audit')).toMatchObject({ state: 'running', progress: { done: 12, total: 64 } });
    await app.db((ctx) =>
      sql`update pgboss.job set state = 'completed' where name = 'audit.prove-chain'`.execute(ctx.db),
    );
    expect(await checkOf('audit')).toMatchObject({ state: 'idle', progress: null });
  });

  it('that finds something says so here, in the metrics, and in the log of what was done', async () => {
    await app.db(async (ctx) => {
      await openFund(ctx, { code: 'drifting', name: '核对用资金', unionId: app.world.unions.hailing.id });
      await sql`update ledger_account set balance_fen = balance_fen + 1 where kind = 'available'`.execute(
        ctx.db,
      );
    });
    await app.as('cityAdmin').system.runCheck({ params: { name: 'ledger' } });
    await drain();
    const { last } = await checkOf('ledger');
    expect(last).toMatchObject({ ok: false, place: expect.any(String) });
    expect(last!.faults).toBeGreaterThan(0);
    const { body } = await app.server.app.inject({ url: '/metrics' });
    expect(body).toContain('smart_union_check_ok{check="ledger"} 0');
    expect(body).toContain('smart_union_check_ok{check="figures"} 1');
    expect(await audited('ledger.drifted')).toHaveLength(1);
  });

  it('of a broken chain names the place', async () => {
    const { lane, sequence } = (await audited('check.asked'))[0]!;
    const { default: pg } = await import('pg');
    const owner = new pg.Client({ connectionString: app.url });
    await owner.connect();
    await owner.query(
      `update ${app.federation.schema}.audit_event set payload = replace(payload, 'check', 'chess')
      where lane = $1 and sequence = $2`,
      [lane, sequence],
    );
    await owner.end();
    await app.as('cityAdmin').system.runCheck({ params: { name: 'audit' } });
    await drain();
    expect((await checkOf('audit')).last).toMatchObject({ ok: false, faults: 1 });
  });

  it('is asked for by the administrator of the whole federation only', async () => {
    for (const person of ['admin', 'auditor', 'treasurer', 'chen'] as const)
      expect([person, await codeOf(app.as(person).system.runCheck({ params: { name: 'ledger' } }))]).toEqual([
        person,
        'permission-missing',
      ]);
  });
});

it('keeps the id of the request with the job it caused, and in what the job writes', async () => {
  const reply = await app.call('cityAdmin', {
    method: 'POST',
    url: '/api/v1/system/checks/audit/runs',
    headers: { 'idempotency-key': 'x' },
  });
  const requestId = reply.headers['x-request-id'];
  expect(reply.status).toBe(200);
  await drain();
  const written = (await audited('audit.verified')).map(
    (row) => JSON.parse(row.payload) as { requestId: string },
  );
  expect(written.map((row) => row.requestId)).toContain(requestId);
});
