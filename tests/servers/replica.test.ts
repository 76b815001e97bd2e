import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contract } from '@smart-union/contract';
import { startEmbedded, type EmbeddedDatabase } from '../../server/kernel/embedded/launch.ts';
import { lagOf } from '../../server/kernel/db/replica.ts';
import { mortal, type Mortal } from '../faults/killed.ts';
import {
  buildServer,
  piiKeys,
  removeFolder,
  setStage,
  temporaryFolder,
  type Stage,
} from '../faults/stage.ts';
import { startStandby } from './standby.ts';

let folder: string;
let primary: EmbeddedDatabase;
let standby: EmbeddedDatabase;
let stage: Stage;
let server: Mortal;
let onStandby: pg.Client;
beforeAll(async () => {
  buildServer();
  folder = await temporaryFolder();
  primary = await startEmbedded({ dataDir: join(folder, 'primary') });
  stage = await setStage(primary.url, join(folder, 'data'));
  standby = await startStandby(primary, join(folder, 'primary'), join(folder, 'standby'));
  onStandby = new pg.Client({ connectionString: standby.url });
  onStandby.on('error', () => {});
  await onStandby.connect();
  server = await mortal({
    DATABASE_URL: primary.url,
    DATABASE_URL_REPLICA: standby.url,
    REPLICA_LAG_SECONDS: '8',
    DATA_DIR: join(folder, 'data'),
    PII_KEYS: piiKeys,
    POOL_SIZE: '6',
  });
  await server.start();
});
afterAll(async () => {
  await server?.kill();
  await onStandby?.end().catch(() => {});
  await stage?.close();
  await standby?.stop();
  await primary?.stop();
  if (folder) await removeFolder(folder);
});

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
  const line = text.split('\n').find((one) => one.startsWith(`smart_union_${name} `));
  return line === undefined ? NaN : Number(line.split(' ').at(-1));
}
const from = (which: string) => metric(`replica_reads_total{from="${which}"}`);

const overview = () => server.as(stage.tokens.auditor).dashboards.overview({});

/** What the page says, without when. */
const figures = async () => {
  const { asOf: _asOf, ...rest } = await overview();
  return JSON.stringify(rest);
};

it('reckons its age from the positions of the primary', () => {
  const samples = [
    { at: 1000, position: 10 },
    { at: 2000, position: 10 },
    { at: 3000, position: 20 },
  ];
  // Nothing changed between the first two: who has reached one has reached the other.
  expect(lagOf(samples, 10, 3500)).toBe(1500);
  expect(lagOf(samples, 20, 3500)).toBe(500);
  expect(lagOf(samples, 9, 3500)).toBe(Infinity);
  expect(lagOf([], 9, 3500)).toBe(Infinity);
});

it('lets a replica answer only what reads and is nobody’s own', () => {
  const lagging = Object.entries(contract).flatMap(([module, table]) =>
    Object.entries(table)
      .filter(([, route]) => route.mayLag)
      .map(([name, route]) => [`${module}.${name}`, route.method]),
  );
  expect(lagging).toEqual([
    ['catalogue.list', 'GET'],
    ['catalogue.get', 'GET'],
    ['dashboards.overview', 'GET'],
  ]);
});

it('reads old pages from a streaming replica, one’s own from the primary, and all from it when the replica lags or goes', async () => {
  await expect.poll(() => metric('replica_usable'), { timeout: 15_000 }).toBe(1);
  const before = await figures();
  await server.as(stage.tokens.li).catalogue.list({});
  expect(await from('replica')).toBe(2);

  // The replica stands still; the primary goes on.
  await onStandby.query('select pg_wal_replay_pause()');
  const path = stage.world.unions.hailing.path;
  await stage.db(async (ctx) => {
    await ctx.db
      .insertInto('rollup_delta')
      .values({ union_path: path, metric: 'members', period: '', amount: 4321 })
      .execute();
  });
  const { id } = await server.as(stage.tokens.li).cases.open({ body: { itemCode: 'hospital-consolation' } });
  expect((await server.as(stage.tokens.li).cases.getMine({ params: { id } })).id).toBe(id);
  // Folded on the primary by now, and not seen: it really is the replica that answers.
  const waiting = async () =>
    stage.db((ctx) =>
      ctx.db
        .selectFrom('rollup_delta')
        .select('id')
        .execute()
        .then((rows) => rows.length),
    );
  await expect.poll(waiting, { timeout: 10_000 }).toBe(0);
  const seen = await figures();
  expect(await from('primary')).toBe(0);
  expect(seen).toBe(before);
  // Too old: the primary answers, with the new figure.
  await expect.poll(figures, { timeout: 30_000, interval: 500 }).not.toBe(before);
  expect(await from('primary')).toBeGreaterThan(0);
  expect(await metric('replica_usable')).toBe(0);
  expect(server.output).toContain('replica: not usable, the primary serves in its place');
  const now = await figures();

  await onStandby.query('select pg_wal_replay_resume()');
  await expect.poll(() => metric('replica_usable'), { timeout: 20_000 }).toBe(1);
  // The log is written some lines at a time.
  await expect.poll(() => server.output).toContain('replica: back in use');
  expect(await figures()).toBe(now);

  // Gone altogether, in the middle of its work: nobody is told.
  await onStandby.end();
  const readers = Array.from({ length: 4 }, async () => {
    for (let n = 0; n < 25; n += 1) expect(await figures()).toBe(now);
  });
  await standby.stop();
  await Promise.all(readers);
  await expect.poll(() => metric('replica_usable'), { timeout: 20_000 }).toBe(0);
  expect(await figures()).toBe(now);
});
