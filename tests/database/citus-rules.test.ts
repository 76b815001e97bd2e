import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { compose } from '../../server/compose.ts';
import { inSystemContext } from '../../server/kernel/context.ts';
import { faultsOf, federationTables, takeFindings, textsOf } from './citus-rules.ts';
import { root, testConfig } from './template.ts';
import { testApp, type TestApp } from './test-app.ts';

let t: TestApp;
beforeAll(async () => {
  t = await testApp();
});
afterAll(() => t?.close());

it('knows the tables of a federation', () => {
  expect(federationTables.size).toBeGreaterThan(25);
  expect([...federationTables]).toEqual(expect.arrayContaining(['member', 'case', 'rollup', 'audit_event']));
  expect(federationTables.has('federation')).toBe(false);
});

it.each([
  ['select * from member m join platform.federation f on true', /reaches/],
  ['select * from "case" where id in (select (data->>\'x\')::uuid from pgboss.job)', /reaches/],
  ['select * from fed_a.member a, fed_b.member b', /joins the schemas/],
  ['select * from decision d, platform.federation, member', /reaches/],
  ['select * from member join pg_class on relname = name', /catalog/],
  ['select pg_advisory_xact_lock(1) from member', /on a worker/],
  ['update member set updated_at = now()', /make up/],
  ['insert into decision (id) values (gen_random_uuid())', /make up/],
  ["select set_config('app.scope', 'f', true)", /do not have/],
  ['create temp table list (id uuid)', /do not have/],
  ['select 1; select 2', /several statements/],
])('finds what is wrong with %s', (text, fault) => {
  expect(faultsOf(text).join('; ')).toMatch(fault);
});

it.each([
  "update member set name = 'now()', updated_at = $1 where id = $2",
  'with recursive up as (select * from "union" where id = $1 union all select u.* from "union" u join up on up.superior_id = u.id) select * from up',
  'select code from platform.federation',
  'insert into pgboss.job (name, created_on) values ($1, now())',
  'insert into pgboss.job (name, message, file) select name, message, file from (select $1, $2, now()) j join pgboss.queue q on true',
  'set local search_path to "fed_a"',
  'select pg_try_advisory_xact_lock($1, hashtext($2)) as held',
])('lets %s pass', (text) => {
  expect(faultsOf(text)).toEqual([]);
});

it('looks at what the product sends in any test file of the suite', async () => {
  await t.as('approver').cases.list({ query: { view: 'todo' } });
  expect(takeFindings().broken).toEqual([]);
  expect(takeFindings().checked).toBeGreaterThan(3);
  await t.db((ctx) => sql`select count(*) from member, platform.federation`.execute(ctx.db));
  expect(takeFindings().broken).toEqual([expect.stringMatching(/^reaches from a federation into platform/)]);
});

it('opens transactions statement by statement where Citus would pass them on', async () => {
  const owner = new pg.Client({ connectionString: t.url });
  await owner.connect();
  const { pathname } = new URL(t.url);
  await owner.query(`alter database "${pathname.slice(1)}" set citus.enable_schema_based_sharding = 'on'`);
  await owner.end();
  const server = await compose({ config: testConfig(t.dataDir), databaseUrl: t.url, root });
  const sent = vi.spyOn(pg.Client.prototype, 'query');
  try {
    const names = () =>
      inSystemContext(server.platform, t.federation, '测试', (ctx) =>
        ctx.db.selectFrom('member').select('name').execute(),
      );
    const once = await names();
    expect(once.length).toBeGreaterThan(5);
    expect(await Promise.all([names(), names()])).toEqual([once, once]);
    // The other server on this database goes on as before.
    const { _clients: own } = server.platform.database.pool as unknown as { _clients: unknown[] };
    const calls = sent.mock.calls.filter((_call, n) => own.includes(sent.mock.contexts[n]));
    const texts = calls.flatMap(([first]) => textsOf(first));
    expect(texts).toEqual(expect.arrayContaining(['begin', 'commit', `set local search_path to "${t.federation.schema}"`])); // prettier-ignore
    expect(texts.filter((text) => text.includes(';'))).toEqual([]);
  } finally {
    sent.mockRestore();
    await server.close();
  }
});
