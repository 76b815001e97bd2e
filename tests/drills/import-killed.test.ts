import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ReplyOf, contract } from '@smart-union/contract';
import { madeUpIdNumber } from '../../server/modules/members/factory.ts';
import { mortal, type Mortal } from '../faults/killed.ts';
import { piiKeys, untilAnswered } from '../faults/stage.ts';
import { setStand, type Stand } from './stand.ts';

type Run = ReplyOf<(typeof contract)['memberImports']['get']>;

const rows = 12_000;
let stand: Stand;
let server: Mortal;

beforeAll(async () => {
  stand = await setStand();
  server = await mortal({ DATABASE_URL: stand.url, DATA_DIR: `${stand.folder}/server`, PII_KEYS: piiKeys });
  await server.start();
}, 180_000);

afterAll(async () => {
  await server?.stop();
  await stand?.drop();
});

const imports = () => server.as(stand.stage.tokens.registrar).memberImports;

function roster(): Buffer {
  const union = stand.stage.world.unions.pumps.name;
  const line = (number: number) =>
    `李四光,${madeUpIdNumber(number)},139${String(number).padStart(8, '0')},${union},2020-01-01\n`;
  const lines = Array.from({ length: rows }, (_, index) => line(50_000 + index));
  return Buffer.from(`姓名,证件号码,手机号码,所属工会,入会日期\n${lines.join('')}`);
}

async function until(id: string, reached: (run: Run) => boolean): Promise<Run> {
  const last = Date.now() + 120_000;
  for (;;) {
    const run = await untilAnswered(() => imports().get({ params: { id } }));
    if (reached(run)) return run;
    if (Date.now() > last) throw new Error(`still ${run.status}: ${JSON.stringify(run.progress)}`);
    await sleep(100);
  }
}

/** Kills the server in the middle of a step, and has another go on. */
async function killDuring(id: string, status: Run['status']): Promise<void> {
  const run = await until(id, (now) => now.status !== status || now.progress !== null);
  expect(run, 'it was still at it when it was killed').toMatchObject({ status });
  await server.kill();
  await server.start();
  expect(await untilAnswered(() => imports().get({ params: { id } }))).toMatchObject({ status });
}

const countAll = () =>
  stand.stage.db(async (ctx) => {
    const found = await sql<{ members: number; events: number }>`
      select (select count(*)::int from member) as members, (select count(*)::int from member_event) as events`.execute(
      ctx.db,
    );
    return found.rows[0]!;
  });

it('reads and saves a roster once although the server is killed in either step', async () => {
  const before = await countAll();
  const started = await imports().preview({ query: { fileName: '名册.csv' } }, { raw: roster() });
  expect(started.status).toBe('reading');
  await killDuring(started.id, 'reading');
  const preview = await until(started.id, ({ status }) => status === 'previewed');
  expect(preview.counts).toMatchObject({ rows, added: rows });
  expect(await countAll()).toEqual(before);
  expect(await imports().commit({ params: { id: started.id } })).toMatchObject({ status: 'saving' });
  await killDuring(started.id, 'saving');
  expect(await countAll()).toEqual(before);
  await until(started.id, ({ status }) => status === 'committed');
  expect(await countAll()).toEqual({ members: before.members + rows, events: before.events + rows });
  const again = await imports().preview({ query: { fileName: '名册.csv' } }, { raw: roster() });
  const second = await until(again.id, ({ status }) => status === 'previewed');
  expect(second.counts).toMatchObject({ added: 0, changed: 0, unchanged: rows });
  expect(server.kills).toBe(2);
}, 400_000);
