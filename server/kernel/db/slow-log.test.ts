import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { inContext } from '../context.ts';
import { openDatabase, wholeFederation } from '../db.ts';
import type { SlowStatement } from './slow-log.ts';

let app: TestApp;
const told: SlowStatement[] = [];
let database: ReturnType<typeof openDatabase>;
beforeAll(async () => {
  app = await testApp();
  database = openDatabase(app.url, 2, { millis: 200, tell: (slow) => told.push(slow) });
});
afterAll(async () => {
  await database.close();
  await app.close();
});

const within = <T>(work: Parameters<typeof inContext<T>>[2]) => {
  told.length = 0;
  return inContext(
    { ...app.server.platform, database },
    {
      federation: app.federation,
      actor: { kind: 'system', name: '测试' },
      scope: wholeFederation,
      requestId: 'request-1',
      route: 'members.list',
    },
    work,
  );
};
const secret = '13800138000';

it('names a slow statement with its route and request, and none of its values', async () => {
  await within((ctx) =>
    sql`select pg_sleep(0.3), ${secret}::text as phone where ${'陈明'}::text <> ''`.execute(ctx.db),
  );
  expect(told).toHaveLength(1);
  expect(told[0]).toMatchObject({ requestId: 'request-1', route: 'members.list' });
  expect(told[0]!.ms).toBeGreaterThanOrEqual(300);
  expect(told[0]!.statement).toContain('select pg_sleep(0.3), $1::text as phone');
  expect(JSON.stringify(told)).not.toMatch(/13800138000|陈明/);
});

it('says nothing of those that are quick', async () => {
  await within((ctx) => ctx.db.selectFrom('union').select('id').execute());
  expect(told).toEqual([]);
});

it('also names those sent without waiting, and those that fail', async () => {
  await within(async (ctx) => ctx.later(sql`select pg_sleep(0.25)`.compile(ctx.db)));
  expect(told.map(({ statement }) => statement)).toEqual(['select pg_sleep(0.25)']);
  const failing = within((ctx) => sql`select 1 / (length(pg_sleep(0.25)::text) * 0)`.execute(ctx.db));
  await expect(failing).rejects.toThrow(/division by zero/);
  expect(told).toHaveLength(1);
});

it('forgets whose a connection was when the next one has it', async () => {
  await within((ctx) => ctx.db.selectFrom('union').select('id').execute());
  await inContext(
    { ...app.server.platform, database },
    {
      federation: app.federation,
      actor: { kind: 'system', name: '测试' },
      scope: wholeFederation,
      requestId: 'request-2',
    },
    (ctx) => sql`select pg_sleep(0.25)`.execute(ctx.db),
  );
  expect(told.map(({ requestId }) => requestId)).toEqual(['request-2']);
});
