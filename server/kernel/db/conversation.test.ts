import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { inContext, withScope, type Ctx } from '../context.ts';
import { wholeFederation, type Scope } from '../db.ts';
import { onlyReads } from './conversation.ts';

let t: TestApp;
beforeAll(async () => {
  // One connection: what one request does to it, the next would meet.
  t = await testApp({ poolSize: 1 });
});
afterAll(() => t?.close());

const nobody: Scope = { paths: [], memberId: null, accountId: null };
const as = <T>(scope: Scope, work: (ctx: Ctx) => Promise<T>) =>
  inContext(
    t.server.platform,
    { federation: t.federation, actor: { kind: 'system', name: '测试' }, scope, requestId: 'test' },
    work,
  );

const count = (ctx: Ctx) =>
  ctx.db
    .selectFrom('member')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
    .then((row) => row.count);

/** The number of the transaction a statement runs in. */
const transaction = async (ctx: Ctx) =>
  (await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(ctx.db)).rows[0]!.id;

const occupationOf = async (ctx: Ctx, id: string) =>
  (await ctx.db.selectFrom('member').select('occupation').where('id', '=', id).executeTakeFirst())
    ?.occupation;

const rename = (ctx: Ctx, id: string, occupation: string) =>
  ctx.db.updateTable('member').set({ occupation }).where('id', '=', id).execute();

it.each([
  'select 1',
  '  with a as (select 1) select * from a',
  'select "lockers" from t where updated_at > $1',
  'select share_count from t',
])('knows that it only reads: %s', (text) => expect(onlyReads(text)).toBe(true));

it.each([
  'insert into t values (1)',
  'with gone as (delete from t returning id) select * from gone',
  'select * from t for update',
  'select * from t for no key update skip locked',
  'select * from t for share',
  'select pg_advisory_xact_lock(1)',
  'select pg_notify($1, $2)',
  "select set_config('a', 'b', true)",
  "select nextval('s')",
  'savepoint part',
  'set local statement_timeout = 0',
  'update t set a = 1',
  'select * from pgboss.job',
])('does not take for reading: %s', (text) => expect(onlyReads(text)).toBe(false));

it('holds no transaction as long as it only reads, and one from the first lock on', async () => {
  const { zhao } = t.world.members;
  const [reads, locked] = await as(wholeFederation, async (ctx) => {
    const before = [await transaction(ctx), await transaction(ctx)];
    await ctx.db.selectFrom('member').select('id').where('id', '=', zhao.id).forUpdate().execute();
    return [before, [await transaction(ctx), await transaction(ctx)]] as const;
  });
  expect(new Set(reads).size).toBe(2);
  expect(new Set(locked).size).toBe(1);
});

it('binds every batch, and goes back after work under another scope, also when that failed', async () => {
  const all = await as(wholeFederation, count);
  const seen = await as(nobody, async (ctx) => {
    const before = await count(ctx);
    const wide = await withScope(ctx, wholeFederation, () => count(ctx));
    const failed = withScope(ctx, wholeFederation, () => Promise.reject(new Error('no')));
    await expect(failed).rejects.toThrow('no');
    return [before, wide, await count(ctx)];
  });
  expect(seen).toEqual([0, all, 0]);
});

it('runs nothing behind a statement that failed, and the connection is as good as before', async () => {
  const { zhao } = t.world.members;
  const before = await as(wholeFederation, (ctx) => occupationOf(ctx, zhao.id));
  const work = as(wholeFederation, async (ctx) => {
    const failing = sql`select 1 / ${0}::int`.execute(ctx.db);
    const behind = rename(ctx, zhao.id, '不该写下');
    await expect(behind).rejects.toThrow(/division by zero/);
    await failing;
  });
  await expect(work).rejects.toThrow(/division by zero/);
  expect(await as(wholeFederation, (ctx) => occupationOf(ctx, zhao.id))).toBe(before);
  // The same texts again: one was prepared and failed, the other never came to be prepared.
  const again = await as(wholeFederation, async (ctx) => {
    await rename(ctx, zhao.id, '再写一次');
    return sql`select 1 / ${1}::int as one`.execute(ctx.db);
  });
  expect(again.rows).toEqual([{ one: 1 }]);
  expect(await as(wholeFederation, (ctx) => occupationOf(ctx, zhao.id))).toBe('再写一次');
});

it('reads the rows of a statement that went well, failed, and goes well again; and of one behind it', async () => {
  const { zhao } = t.world.members;
  const ask = (by: number) =>
    as(wholeFederation, (ctx) =>
      Promise.all([
        sql<{ one: number }>`select 1 / ${by}::int as one`.execute(ctx.db),
        occupationOf(ctx, zhao.id),
      ]),
    );
  const before = await ask(1);
  await expect(ask(0)).rejects.toThrow(/division by zero/);
  const [{ rows }, occupation] = await ask(1);
  expect(rows).toEqual([{ one: 1 }]);
  expect(occupation).toBe(before[1]);
});

it('never calls done what PostgreSQL has undone', async () => {
  const { zhao } = t.world.members;
  const work = as(wholeFederation, async (ctx) => {
    await rename(ctx, zhao.id, '不该写下');
    await sql`select 1 / 0`.execute(ctx.db).catch(() => {});
  });
  await expect(work).rejects.toThrow(/undone/);
  expect(await as(wholeFederation, (ctx) => occupationOf(ctx, zhao.id))).not.toBe('不该写下');
});

it('sees one moment when it asks for it first, and cannot ask later', async () => {
  const seen = await as(wholeFederation, async (ctx) => {
    ctx.oneSnapshot();
    return [await transaction(ctx), await transaction(ctx)];
  });
  expect(new Set(seen).size).toBe(1);
  const late = as(wholeFederation, async (ctx) => {
    await count(ctx);
    ctx.oneSnapshot();
  });
  await expect(late).rejects.toThrow(/first/);
});

it.each([false, true])('refuses writes of a federation on the move, one snapshot: %s', async (snapshot) => {
  const { zhao } = t.world.members;
  const during = <T>(work: (ctx: Ctx) => Promise<T>) =>
    inContext(
      t.server.platform,
      {
        federation: { ...t.federation, moving: true },
        actor: { kind: 'system', name: '测试' },
        scope: wholeFederation,
        requestId: 'test',
      },
      (ctx) => {
        if (snapshot) ctx.oneSnapshot();
        return work(ctx);
      },
    );
  expect(Number(await during(count))).toBeGreaterThan(0);
  await expect(during((ctx) => rename(ctx, zhao.id, '不该写下'))).rejects.toMatchObject({
    code: 'federation-moving',
  });
});

it('refuses what is asked when its transaction has ended', async () => {
  let kept: Ctx | null = null;
  await as(wholeFederation, async (ctx) => {
    kept = ctx;
    return count(ctx);
  });
  const asked = kept!.ask({ sql: 'select 1', parameters: [] } as never);
  await expect(asked).rejects.toThrow(/after the end/);
});

it('reads values as pg does: days as text, bigint as number, bytes, lists, nothing', async () => {
  const { rows } = await as(wholeFederation, (ctx) =>
    sql`select ${'2026-11-21'}::date as day, ${9_007_199_254_740_991}::bigint as big, ${Buffer.from('字')}::bytea as bytes,
      ${['a', 'b"']}::text[] as list, ${null}::text as nothing, ${new Date(0)}::timestamptz as at`.execute(
      ctx.db,
    ),
  );
  expect(rows).toEqual([
    {
      day: '2026-11-21',
      big: 9_007_199_254_740_991,
      bytes: Buffer.from('字'),
      list: ['a', 'b"'],
      nothing: null,
      at: new Date(0),
    },
  ]);
  const tooLarge = as(wholeFederation, (ctx) => sql`select 9007199254740993::bigint as big`.execute(ctx.db));
  await expect(tooLarge).rejects.toThrow(/safe integer/);
  expect(await as(wholeFederation, count)).toBeGreaterThan(0);
});

const one = (ctx: Ctx, judge: () => void) =>
  ctx.require(sql`select 1 as one`.compile(ctx.db as never) as never, judge);

it('answers nothing asked behind a statement whose judge refuses, and keeps none of it', async () => {
  const { zhao } = t.world.members;
  const heard: string[] = [];
  const work = as(wholeFederation, async (ctx) => {
    one(ctx, () => {
      throw new Error('no');
    });
    await rename(ctx, zhao.id, '不该写下').catch((error: Error) => heard.push(error.message));
    await count(ctx).catch((error: Error) => heard.push(error.message));
    return 'done';
  });
  await expect(work).rejects.toThrow(/^no$/);
  expect(heard).toEqual(['no', 'no']);
  const after = await as(wholeFederation, async (ctx) => {
    one(ctx, () => heard.push('yes'));
    return occupationOf(ctx, zhao.id);
  });
  expect(after).not.toBe('不该写下');
  expect(heard.at(-1)).toBe('yes');
});
