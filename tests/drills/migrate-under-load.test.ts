import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { migrateAll } from '../../server/federations.ts';
import { migrations } from '../database/template.ts';
import { mortal, type Mortal } from '../faults/killed.ts';
import { piiKeys } from '../faults/stage.ts';
import { setStand, type Stand } from './stand.ts';

/** What the release to come adds: every kind of expansion, on tables that all requests of the load use. */
const expansion: Record<string, string> = {
  'members/9001_nickname.sql': `
    alter table member add column nickname text not null default '';
    alter table member add constraint member_nickname_length check (length(nickname) < 40) not valid;
    alter table member validate constraint member_nickname_length;`,
  'cases/9000_urgent.sql': 'alter table "case" add column urgent boolean;',
  'accounts/9000_device.sql': 'alter table session add column device text;',
  'members/9002_badge.sql': `
    create table badge (id uuid primary key, member_id uuid not null references member (id), title text not null);
    create index badge_member on badge (member_id);
    alter table badge enable row level security;
    grant select on badge to smart_union_app;`,
  'cases/9003_case_urgent.sql':
    'create index concurrently case_urgent on "case" (submitted_at) where urgent;',
};

let stand: Stand;
/** Those that are asked. */
const servers: Mortal[] = [];
const started: Mortal[] = [];

beforeAll(async () => {
  stand = await setStand();
  await startServer();
}, 180_000);

afterAll(async () => {
  for (const server of started) await server.stop();
  await stand?.drop();
});

/** A server of this release: the old one, as soon as the schema is the next one's. */
async function startServer(): Promise<void> {
  const settings = {
    DATABASE_URL: stand.url,
    DATA_DIR: `${stand.folder}/server-${started.length}`,
    PII_KEYS: piiKeys,
  };
  const server = await mortal(settings);
  started.push(server);
  await server.start();
  // Only now do calls go to it: a balancer asks /readyz first.
  servers.push(server);
}

async function nextRelease(): Promise<string> {
  const next = join(stand.folder, 'migrations');
  await cp(migrations, next, { recursive: true });
  for (const [file, text] of Object.entries(expansion)) {
    await mkdir(join(next, file, '..'), { recursive: true });
    await writeFile(join(next, file), text);
  }
  return next;
}

interface Load {
  count: number;
  failed: string[];
  slowestMillis: number;
}

/** Readers and writers, each going on at once when it is answered. A failed call fails the test: nothing is tried again. */
function startLoad() {
  const load: Load = { count: 0, failed: [], slowestMillis: 0 };
  let stopping = false;
  const turn = async (act: () => Promise<unknown>) => {
    const begun = performance.now();
    await act().catch((error: Error) => load.failed.push(String(error)));
    load.slowestMillis = Math.max(load.slowestMillis, performance.now() - begun);
    load.count += 1;
  };
  const worker = async (index: number) => {
    for (let round = 0; !stopping; round += 1) {
      const server = servers[(index + round) % servers.length]!;
      await turn(() => server.as(stand.stage.tokens.registrar).members.list({ query: {} }));
      await turn(() => server.as(stand.stage.tokens.approver).cases.list({ query: {} }));
      await turn(() =>
        server.as(stand.stage.tokens.li).cases.open({ body: { itemCode: 'hospital-consolation' } }),
      );
    }
  };
  const workers = Array.from({ length: 4 }, (_, index) => worker(index));
  return {
    load,
    stop: async () => {
      stopping = true;
      await Promise.all(workers);
      return load;
    },
  };
}

it('lets servers of the release before serve on, without a failed call, while and after it is applied', async () => {
  const next = await nextRelease();
  const running = startLoad();
  await sleep(1000);
  // A report that reads for six seconds: longer than the migration waits at a stretch, shorter than a person would.
  const report = new pg.Client({ connectionString: stand.url });
  await report.connect();
  await report.query('begin; select count(*) from fed_test.member; select count(*) from fed_test."case"');
  const reading = sleep(6000).then(() => report.query('commit'));
  const begun = performance.now();
  const applied = await migrateAll(stand.url, next, new Date());
  const migrating = performance.now() - begun;
  await reading;
  await report.end();
  expect(migrating, 'it had to wait for the report').toBeGreaterThan(4000);
  expect(JSON.stringify(applied)).toContain('9003_case_urgent');
  // A server of this release that starts, restarts and works on the next one's schema.
  await startServer();
  await sleep(3000);
  const { count, failed, slowestMillis } = await running.stop();
  console.log(`${count} calls, slowest ${slowestMillis.toFixed(0)} ms, migration ${migrating.toFixed(0)} ms`);
  expect(failed).toEqual([]);
  expect(count).toBeGreaterThan(30);
  // Two seconds of waiting at a stretch, and what a crowded machine adds.
  expect(slowestMillis).toBeLessThan(8000);
  const check = new pg.Client({ connectionString: stand.url });
  await check.connect();
  const waiting = await check.query(
    "select count(*)::int as rows from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
  );
  expect(waiting.rows).toEqual([{ rows: 0 }]);
  const index = await check.query(
    "select indisvalid as valid from pg_index where indexrelid = 'fed_test.case_urgent'::regclass",
  );
  await check.end();
  expect(index.rows).toEqual([{ valid: true }]);
}, 240_000);
