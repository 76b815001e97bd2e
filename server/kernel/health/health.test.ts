import { join } from 'node:path';
import pg from 'pg';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../../../tests/database/template.ts';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { uuidV7 } from '../clock.ts';
import { readinessOf } from './readiness.ts';
import { noteBackup } from './records.ts';

let app: TestApp;
let owner: pg.Client;
beforeAll(async () => {
  app = await testApp();
  owner = new pg.Client({ connectionString: app.url });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  await app.close();
});

const ready = async (of: TestApp = app) => {
  const reply = await of.server.app.inject({ url: '/readyz' });
  return { status: reply.statusCode, body: reply.json() as unknown };
};
/** A look that is not one of the last two seconds'. */
const look = (changes: object = {}) =>
  readinessOf({ ...app.server.platform, ...changes }, join(root, 'db/migrations'))();

describe('health', () => {
  it('is that the process answers, whatever else is wrong', async () => {
    expect((await app.server.app.inject({ url: '/healthz' })).json()).toEqual({ ok: true });
  });

  it('is ready when everything it needs is there', async () => {
    expect(await ready()).toEqual({ status: 200, body: { ready: true, failed: [] } });
  });

  it('names the check that fails, and no more', async () => {
    const full = await testApp({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    expect(await ready(full)).toEqual({ status: 503, body: { ready: false, failed: ['disk'] } });
    await full.close();
  });

  it('is not ready without its migrations', async () => {
    const taken = await owner.query(
      `delete from platform.migration where schema_name = $1 and name like '0030%' returning *`,
      [app.federation.schema],
    );
    expect(taken.rowCount).toBe(1);
    expect(await look()).toEqual(['migrations']);
    const { schema_name, name, checksum, applied_at } = taken.rows[0] as Record<string, unknown>;
    await owner.query('insert into platform.migration values ($1, $2, $3, $4)', [
      schema_name,
      name,
      checksum,
      applied_at,
    ]);
    expect(await look()).toEqual([]);
  });

  it('is ready beside a newer server whose migrations it does not know', async () => {
    await owner.query(`insert into platform.migration values ($1, '9999_later (kernel)', 'x', now())`, [
      app.federation.schema,
    ]);
    expect(await look()).toEqual([]);
    await owner.query(`delete from platform.migration where name = '9999_later (kernel)'`);
  });

  it('is not ready when the job loops have gone silent', async () => {
    const { jobs } = app.server.platform;
    expect(await look({ jobs: { ...jobs, beatAt: () => performance.now() - 61_000 } })).toEqual(['jobs']);
    expect(await look({ jobs: { ...jobs, beatAt: () => performance.now() - 5000 } })).toEqual([]);
  });

  it('is not ready without a database, and says so within seconds', async () => {
    const lone = await testApp();
    await lone.server.platform.database.close();
    const reply = await ready(lone);
    expect(reply.status).toBe(503);
    expect(reply.body).toMatchObject({ ready: false });
    expect((reply.body as { failed: string[] }).failed).toContain('database');
    expect(JSON.stringify(reply.body)).not.toMatch(/postgres|password|127\.0\.0\.1/);
    // The pool is closed for good: what is left to close must not wait for it.
    lone.server.platform.database.close = async () => {};
    await lone.close().catch(() => {});
  });
});

describe('what the operator is told', () => {
  it('are versions, room, keys and backups', async () => {
    await owner.query(
      `insert into platform.key_ring (id, fingerprint, since) values (1, 'x', $1)
      on conflict (id) do update set since = excluded.since`,
      ['2026-11-14T04:00:00Z'],
    );
    const before = await app.as('admin').system.overview();
    expect(before.backups).toEqual([]);
    const at = new Date('2026-11-23T18:00:00Z');
    await noteBackup(owner, {
      id: uuidV7(at),
      startedAt: at,
      finishedAt: at,
      sizeBytes: 5_000_000_000,
      rows: 12,
      files: 3,
      withKeys: false,
    });
    const told = await app.as('admin').system.overview();
    expect(told.backups).toEqual([
      {
        finishedAt: at.toISOString(),
        sizeBytes: 5_000_000_000,
        rows: 12,
        files: 3,
        withKeys: false,
        verifiedAt: null,
      },
    ]);
    expect(told.versions).toMatchObject({
      app: expect.stringMatching(/^\d+\.\d+\.\d+/),
      node: process.version,
    });
    expect(told.versions.migration).toMatch(/^00\d\d_/);
    expect(told.disk.freeBytes).toBeGreaterThan(0);
    expect(told.disk.freeBytes).toBeLessThanOrEqual(told.disk.totalBytes);
    expect(told.keys).toEqual([{ version: 1, since: '2026-11-14T04:00:00.000Z', days: 10 }]);
    expect(told.certificates).toEqual({ where: 'front', https: false });
    expect(told.notReady).toEqual([]);
  });

  it('hold nothing about a person, nor a secret', async () => {
    const text = JSON.stringify(await app.as('cityAdmin').system.overview());
    const people = await app.db((ctx) => sql<{ name: string }>`select name from member`.execute(ctx.db));
    expect(people.rows.length).toBeGreaterThan(5);
    for (const { name } of people.rows) expect(text).not.toContain(name);
    expect(text).not.toContain('7c7c7c');
  });
});
