import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inTransaction, type Scope } from '../../server/kernel/db.ts';
import { buildScene, type Scene } from './scene.ts';

/** Tables of persons and money, and the column that carries the row's place. */
const guarded: Record<string, string> = {
  member: 'union_path',
  member_event: 'union_path',
  case: 'union_path',
  task: 'case_path',
  decision: 'case_path',
  claim: 'union_path',
  file: 'union_path',
  transfer: 'union_path',
  disbursement: 'union_path',
  access_event: 'union_path',
};

let scene: Scene;
let owner: pg.Client;
beforeAll(async () => {
  scene = await buildScene();
  for (const [person, side] of [
    ['chair', scene.near],
    ['farChair', scene.far],
  ] as const) {
    const reader = scene.t.as(person as 'chair');
    await reader.members.disclose({
      params: { id: side.member.id },
      body: { fields: ['phone'], reason: '核对申请材料' },
    });
  }
  owner = new pg.Client({ connectionString: scene.t.url });
  await owner.connect();
  await owner.query(`set search_path to ${scene.t.federation.schema}`);
});
afterAll(async () => {
  await owner?.end();
  await scene?.t.close();
});

const under = (path: string, upper: string) => path === upper || path.startsWith(`${upper}.`);

/** Places of all rows of a table, read by its owner, whom row-level security does not bind. */
const everyPath = async (table: string) =>
  (await owner.query(`select "${guarded[table]}" as path from "${table}"`)).rows.map(
    (row: { path: string }) => row.path,
  );

/** A plain connection as the application's role: no Kysely, no `within`, nothing but the policies. */
async function asApp<T>(settings: string[], work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: scene.t.url });
  await client.connect();
  try {
    await client.query('set role smart_union_app');
    await client.query('begin');
    for (const setting of [`set local search_path to ${scene.t.federation.schema}`, ...settings])
      await client.query(setting);
    return await work(client);
  } finally {
    await client.end();
  }
}

const pathsOf = async (client: pg.Client, table: string) =>
  (await client.query(`select "${guarded[table]}" as path from "${table}"`)).rows.map(
    (row: { path: string }) => row.path,
  );

describe.each(Object.keys(guarded))('rows of %s, with the application’s own checks switched off', (table) => {
  it('are there in both districts, or the test would prove nothing', async () => {
    const paths = await everyPath(table);
    for (const side of [scene.near, scene.far])
      expect(paths.filter((path) => under(path, side.paths.district)).length).toBeGreaterThan(0);
  });

  it('are invisible without a scope', async () => {
    expect(await asApp([], (client) => pathsOf(client, table))).toEqual([]);
    const emptied = ["set local app.scope to ''", "set local app.scopes to ''", "set local app.member to ''"];
    expect(await asApp(emptied, (client) => pathsOf(client, table))).toEqual([]);
  });

  it('are those of the scope: all of them and no other', async () => {
    const every = await everyPath(table);
    for (const scope of [scene.near.paths.unit, scene.near.paths.district, scene.far.paths.unit, 'f.1']) {
      const seen = await asApp([`set local app.scope to '${scope}'`], (client) => pathsOf(client, table));
      expect(seen.toSorted()).toEqual(every.filter((path) => under(path, scope)).toSorted());
    }
    // A neighbour whose path begins with the same digits is no subordinate: f.1.2.4.7 is not under f.1.2.4.70 nor f.1.2.
    expect(await asApp(["set local app.scope to 'f.1.2.4.70'"], (c) => pathsOf(c, table))).toEqual([]);
    const two = [
      `set local app.scope to '${scene.near.paths.unit}'`,
      `set local app.scopes to '${scene.near.paths.unit} ${scene.far.paths.unit}'`,
    ];
    const both = await asApp(two, (client) => pathsOf(client, table));
    expect(both.toSorted()).toEqual(
      every
        .filter((path) => under(path, scene.near.paths.unit) || under(path, scene.far.paths.unit))
        .toSorted(),
    );
  });

  it('are a member’s own where she has no other scope', async () => {
    const column = { member: 'id', file: 'owner_member_id' }[table] ?? 'member_id';
    const ids = await asApp([`set local app.member to '${scene.far.member.id}'`], async (client) =>
      (await client.query(`select "${column}" as id from "${table}"`)).rows.map(
        (row: { id: string }) => row.id,
      ),
    );
    expect(ids.length).toBeGreaterThan(0);
    expect(new Set(ids)).toEqual(new Set([scene.far.member.id]));
  });

  it('are neither changed nor added outside the scope', async () => {
    const scope = [`set local app.scope to '${scene.near.paths.district}'`];
    const column = guarded[table]!;
    const touched = await asApp(scope, async (client) => {
      await client.query('savepoint before');
      try {
        return (
          await client.query(
            `update "${table}" set "${column}" = "${column}" where "${column}" >= 'f.1.3' and "${column}" < 'f.1.4'`,
          )
        ).rowCount;
      } catch (error) {
        // Append-only tables refuse the update as such.
        expect((error as { code: string }).code).toBe('42501');
        return 0;
      }
    });
    expect(touched).toBe(0);
    // A copy of a row that is seen, put into the other district: the policy says no to the new row itself.
    const copied = asApp(scope, (client) =>
      client.query(
        `insert into "${table}" select r.* from "${table}" t,
          jsonb_populate_record(t, jsonb_build_object($1::text, $2::text)) r limit 1`,
        [column, scene.far.paths.unit],
      ),
    );
    await expect(copied).rejects.toMatchObject({ code: expect.stringMatching(/^(42501|428C9)$/) });
  });
});

it('lets nothing of one request reach the next on the same connections', async () => {
  const { database } = scene.t.server.platform;
  const { schema } = scene.t.federation;
  const path = (side: 'near' | 'far'): Scope => ({
    paths: [scene[side].paths.district],
    memberId: null,
    accountId: null,
  });
  const none: Scope = { paths: [], memberId: null, accountId: null };
  const self: Scope = { paths: [], memberId: scene.far.member.id, accountId: null };
  const leaks: string[] = [];
  const look = async (
    scope: Scope,
    allowed: (row: { id: string; union_path: string }) => boolean,
    fail: boolean,
  ) => {
    const work = inTransaction(database, schema, scope, async ({ db }) => {
      const rows = await db.selectFrom('member').select(['id', 'union_path']).execute();
      leaks.push(...rows.filter((row) => !allowed(row)).map((row) => row.union_path));
      // Half of the requests break off: a rollback must clean up as a commit does.
      if (fail) throw new Error('broken off');
      return rows.length;
    });
    return fail ? work.catch(() => -1) : work;
  };
  const counts = await Promise.all(
    Array.from({ length: 400 }, (_, turn) => {
      const fail = turn % 3 === 2;
      if (turn % 4 === 0)
        return look(path('near'), (row) => under(row.union_path, scene.near.paths.district), fail);
      if (turn % 4 === 1)
        return look(path('far'), (row) => under(row.union_path, scene.far.paths.district), fail);
      if (turn % 4 === 2) return look(none, () => false, fail);
      return look(self, (row) => row.id === scene.far.member.id, fail);
    }),
  );
  expect(leaks).toEqual([]);
  // And the scopes were at work: each saw its own.
  expect(new Set(counts)).toEqual(new Set([-1, 0, 1, 2, 8]));
});

it('gives the application no way to rewrite what has happened', async () => {
  const appendOnly = [
    'audit_event',
    'transfer',
    'access_event',
    'member_event',
    'union_event',
    'bank_return',
  ];
  for (const table of appendOnly) {
    for (const statement of [`delete from ${table}`, `truncate ${table}`, `drop table ${table}`]) {
      const refused = asApp(["set local app.scope to 'f'"], (client) => client.query(statement));
      await expect(refused, statement).rejects.toMatchObject({ code: '42501' });
    }
    const column = table === 'audit_event' ? 'payload' : 'id';
    const changed = asApp(["set local app.scope to 'f'"], (client) =>
      client.query(`update ${table} set ${column} = ${column}`),
    );
    await expect(changed, table).rejects.toMatchObject({ code: '42501' });
  }
  for (const table of ['case', 'claim', 'decision', 'disbursement', 'payment_line', 'member', 'union']) {
    const refused = asApp(["set local app.scope to 'f'"], (client) => client.query(`delete from "${table}"`));
    await expect(refused, table).rejects.toMatchObject({ code: '42501' });
  }
  const off = asApp([], (client) => client.query('alter table member disable row level security'));
  await expect(off).rejects.toMatchObject({ code: '42501' });
});

it('is bound by the policies: the application’s role owns nothing and may not step around them', async () => {
  const { rows } = await owner.query(`
    select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
      (select count(*)::int from pg_class where relowner = pg_roles.oid) as owned
    from pg_roles where rolname = 'smart_union_app'`);
  expect(rows).toEqual([
    { rolsuper: false, rolbypassrls: false, rolcreaterole: false, rolcreatedb: false, owned: 0 },
  ]);
});
