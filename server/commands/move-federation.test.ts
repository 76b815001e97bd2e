import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compose } from '../compose.ts';
import { root, testConfig } from '../../tests/database/template.ts';
import { testApp, type TestApp } from '../../tests/database/test-app.ts';
import { jpegWithPlace } from '../../tests/world/photos.ts';
import { at, dropDatabases, emptyDatabase, hashesOf } from './factory.ts';

let t: TestApp;
let folder: string;

const ask = async <R extends object>(url: string, sql: string, values: unknown[] = []): Promise<R[]> => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client.query<R>(sql, values).then(
    ({ rows }) => rows,
    (error: unknown) => Promise.reject(error as Error),
  ).finally(() => client.end()); // prettier-ignore
};

const move = (to: string | undefined, env: NodeJS.ProcessEnv = {}) =>
  at(t.url, t.dataDir, { DATABASE_URL_TO: to, ...env });
const federations = async (url: string) =>
  (await ask<{ code: string }>(url, 'select code from platform.federation')).map(({ code }) => code);
const stages = async (url: string) =>
  (await ask<{ stage: string }>(url, 'select stage from platform.federation_move')).map(({ stage }) => stage);

beforeAll(async () => {
  t = await testApp();
  folder = await mkdtemp(join(tmpdir(), 'smart-union-move-'));
  await t.upload('zhao', '收据.jpg', await jpegWithPlace());
});

afterAll(async () => {
  await t.close();
  await dropDatabases();
  await rm(folder, { recursive: true, force: true });
});

const draft = () => t.as('zhao').cases.open({ body: { itemCode: 'hospital-consolation' } });

it('says what it needs, and refuses a target that does not fit', async () => {
  expect(await move(undefined)('federation', 'move', 'test')).toMatchObject({
    code: 2,
    err: expect.stringContaining('DATABASE_URL_TO'),
  });
  const url = await emptyDatabase();
  const refusals: [ReturnType<typeof at>, string[], RegExp][] = [
    [move(url), ['elsewhere'], /没有代码为 elsewhere/],
    [move(url), ['test', '--files', join(folder, 'nowhere')], /没有文件夹/],
    [move(t.url), ['test'], /目标库里已有代码为 test/],
  ];
  for (const [run, words, why] of refusals) {
    const said = await run('federation', 'move', ...words);
    expect(said.code).toBe(1);
    expect(said.err).toMatch(why);
  }
  expect(await at(url, folder)('federation', 'list')).toMatchObject({ code: 0 });
  await ask(url, `update platform.migration set checksum = 'other' where name like '0031%'`);
  expect((await move(url)('federation', 'move', 'test')).err).toMatch(/不是同一版本（platform 的迁移 0031/);
  const alien = await emptyDatabase();
  await at(alien, join(folder, 'alien'), { PII_KEYS: `1:${'3e'.repeat(32)}` })('federation', 'list');
  expect((await move(alien)('federation', 'move', 'test')).err).toContain('另一套密钥');
  const taken = await emptyDatabase();
  await at(taken, join(folder, 'taken'))('federation', 'list');
  await ask(taken, 'create schema fed_test');
  expect((await move(taken)('federation', 'move', 'test')).err).toContain('来历不明');
  // Nothing of all this has touched the source.
  expect(await federations(t.url)).toEqual(['test']);
  expect(await stages(t.url)).toEqual([]);
  await expect(draft()).resolves.toBeDefined();
});

it('refuses writes and serves reads while somebody moves it, and both again when he was killed', async () => {
  const lease = (seconds: number) =>
    ask(
      t.url,
      `insert into platform.federation_move (code, stage, at, peer)
      values ('test', 'leaving', now() + $1 * interval '1 second', 'x')
      on conflict (code, stage) do update set at = excluded.at`,
      [seconds],
    );
  await lease(4);
  // As long as a server may not know.
  await new Promise((done) => setTimeout(done, 2100));
  const refused = await t.call('zhao', { method: 'POST', url: '/api/v1/me/cases', payload: { itemCode: 'hospital-consolation' } }); // prettier-ignore
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '30' } });
  expect(refused.body).toMatchObject({ error: { code: 'federation-moving' } });
  await expect(t.as('approver').cases.list({ query: { view: 'todo' } })).resolves.toBeDefined();
  // Killed: nobody renews the lease, and the next look sees it.
  await new Promise((done) => setTimeout(done, 4500));
  await expect(draft()).resolves.toBeDefined();
  await ask(t.url, 'delete from platform.federation_move');
});

it('moves everything, closes the source, and serves from the target', async () => {
  await t.server.platform.jobs.drain(t.server.platform);
  await t.db((ctx) =>
    ctx.jobs.enqueue(ctx, 'files.sweep', {}, { startAfter: new Date(Date.now() + 86_400_000) }),
  );
  const url = await emptyDatabase();
  const files = join(folder, 'files-of-target');
  const before = await hashesOf(t.url);
  await mkdir(files);
  const said = await move(url)('federation', 'move', 'test', '--files', files);
  expect(said).toMatchObject({ code: 0, err: '' });
  expect(said.out).toContain('审计记录完整');
  const after = await hashesOf(url);
  const own = Object.keys(before).filter((name) => name.startsWith('fed_test.'));
  expect(own.length).toBeGreaterThan(30);
  // The start of the move is itself an event, written before the copy.
  const changed = own.filter((name) => after[name] !== before[name]);
  expect(changed.toSorted()).toEqual(['fed_test.audit_event', 'fed_test.audit_lane']);
  expect(await federations(url)).toEqual(['test']);
  expect(await federations(t.url)).toEqual([]);
  expect(await stages(t.url)).toEqual(['left']);
  expect(await stages(url)).toEqual([]);
  expect((await readdir(join(files, 'files'))).length).toBeGreaterThan(0);
  const jobs = await ask<{ state: string }>(
    url,
    `select state from pgboss.job where name = 'files.sweep' and data->>'federation' = 'test'`,
  );
  expect(jobs).toEqual([{ state: 'created' }]);
  // Whatever an old server still holds in mind: the rows there can no longer be written, nor read.
  await expect(t.db((ctx) => ctx.db.selectFrom('member').select('id').execute())).rejects.toThrow();
  await new Promise((done) => setTimeout(done, 2100));
  const there = await t.call('zhao', { method: 'GET', url: '/api/v1/me/cases' });
  expect(there).toMatchObject({ status: 503, body: { error: { code: 'federation-moving' } } });
  const server = await compose({ config: testConfig(files), databaseUrl: url, root });
  try {
    // The session came along.
    const token = await t.token('zhao');
    const reply = await server.app.inject({
      url: '/api/v1/session',
      headers: { authorization: `Bearer ${token}` },
    });
    expect(reply.statusCode).toBe(200);
  } finally {
    await server.close();
  }
  // Broken off between the last two steps: the source has closed, the target does not list it yet.
  await ask(
    url,
    `with gone as (delete from platform.federation returning id, code, name, schema_name)
    insert into platform.federation_move (code, stage, at, peer, content)
    select code, 'arriving', now(), 'x', jsonb_build_object('id', id, 'name', name, 'schema', schema_name, 'jobs', '[]'::jsonb) from gone`,
  );
  expect(await move(url)('federation', 'move', 'test')).toMatchObject({ code: 0 });
  expect(await federations(url)).toEqual(['test']);
  expect(await move(url)('federation', 'move', 'test')).toMatchObject({ code: 1 });
});
