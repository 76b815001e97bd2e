import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { testApp, type TestApp } from '../../tests/database/test-app.ts';
import { record } from './audit.ts';
import { inContext, savepoint, type Ctx } from './context.ts';
import type { Scope } from './db.ts';

let t: TestApp;

beforeAll(async () => {
  // Few connections: whatever one request left on one, the next would find.
  t = await testApp({ poolSize: 2 });
});
afterAll(() => t.close());

const nobody: Scope = { paths: [], memberId: null, accountId: null };
const under = (path: string): Scope => ({ ...nobody, paths: [path] });

const as = <T>(scope: Scope, work: (ctx: Ctx) => Promise<T>) =>
  inContext(
    t.server.platform,
    { federation: t.federation, actor: { kind: 'system', name: '测试' }, scope, requestId: 'test' },
    work,
  );

const names = (ctx: Ctx) => ctx.db.selectFrom('member').select('name').orderBy('name').execute();
const settingsOf = async (ctx: Ctx) =>
  (
    await sql<Record<string, string>>`
      select current_setting('app.scope', true) as scope, current_setting('app.scopes', true) as scopes,
        current_setting('app.member', true) as member, current_setting('app.account', true) as account`.execute(
      ctx.db,
    )
  ).rows[0];

it('lets no scope reach the next request on a connection, whether it read, wrote or failed', async () => {
  const { couriers, pumps } = t.world.unions;
  const memberId = t.world.members.zhao.id;
  const everybody = (await as(under('f'), names)).length;
  const expected = {
    couriers: await as(under(couriers.path), names),
    pumps: await as(under(pumps.path), names),
  };
  expect(expected.couriers.length).toBeGreaterThan(0);
  expect(expected.couriers.length).toBeLessThan(everybody);
  const turn = async (index: number) => {
    const kind = index % 6;
    if (kind === 0) expect(await as(under('f'), names)).toHaveLength(everybody);
    if (kind === 1) expect(await as(nobody, names)).toEqual([]);
    if (kind === 2) expect(await as(under(couriers.path), names)).toEqual(expected.couriers);
    if (kind === 3) expect(await as({ ...nobody, memberId, accountId: memberId }, names)).toHaveLength(1);
    if (kind === 4) await expect(as(under('f'), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    if (kind === 5)
      await as(under(pumps.path), (ctx) =>
        record(ctx, { kind: 'test.written', subject: 'test', subjectId: null, unionPath: pumps.path }),
      );
    const settings = await as(nobody, settingsOf);
    expect(Object.values(settings ?? {}).every((value) => !value)).toBe(true);
  };
  for (let index = 0; index < 24; index += 1) await turn(index);
  await Promise.all(Array.from({ length: 120 }, (_, index) => turn(index * 7)));
});

it('leaves no transaction open behind a read', async () => {
  await as(under('f'), names);
  const open = () =>
    t.db(async (ctx) => {
      const found = await sql<{ count: number }>`
        select count(*) as count from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and state like 'idle in transaction%'`.execute(
        ctx.db,
      );
      return Number(found.rows[0]?.count);
    });
  // The server's own loops are between two statements for a moment; what was left open stays open.
  await vi.waitFor(async () => expect(await open()).toBe(0), { timeout: 60_000 });
});

const happenings = () =>
  t.db(async (ctx) => (await ctx.db.selectFrom('happening').select('case_id').execute()).length);

const note = (ctx: Ctx, kind: string) =>
  ctx.later(ctx.db.insertInto('happening').values({ at: ctx.now, kind, case_id: ctx.id() }).compile());

it('commits nothing when a statement nobody waited for fails, and tells its error', async () => {
  const before = await happenings();
  const failing = as(under('f'), async (ctx) => {
    note(ctx, 'claimed');
    note(ctx, 'unheard-of');
    return 'done';
  });
  await expect(failing).rejects.toMatchObject({ code: '23514' });
  const later = as(under('f'), async (ctx) => {
    note(ctx, 'unheard-of');
    await names(ctx);
  });
  await expect(later).rejects.toMatchObject({ code: '23514' });
  expect(await happenings()).toBe(before);
});

it('undoes a savepoint with what was under way in it, and keeps the rest', async () => {
  const before = await happenings();
  await as(under('f'), async (ctx) => {
    note(ctx, 'claimed');
    await expect(savepoint(ctx, async () => note(ctx, 'unheard-of'))).rejects.toMatchObject({
      code: '23514',
    });
    await savepoint(ctx, async () => note(ctx, 'approved'));
  });
  expect(await happenings()).toBe(before + 2);
});
