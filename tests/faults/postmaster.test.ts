import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inSystemContext, type Ctx } from '../../server/kernel/context.ts';
import { openDatabase } from '../../server/kernel/db.ts';
import { findRunningUrl, startEmbedded } from '../../server/kernel/embedded/launch.ts';
import { verifyAudit } from '../../server/kernel/audit.ts';
import { reconcileLedger } from '../../server/modules/disbursements/index.ts';
import { mortal, type Mortal } from './killed.ts';
import {
  buildServer,
  piiKeys,
  removeFolder,
  setStage,
  temporaryFolder,
  untilAnswered,
  type Stage,
} from './stage.ts';

let folder: string;
let server: Mortal;
let stage: Stage;

beforeAll(async () => {
  buildServer();
  folder = await temporaryFolder();
  const database = await startEmbedded({ dataDir: folder });
  try {
    stage = await setStage(database.url, folder);
  } finally {
    await stage?.close();
    await database.stop();
  }
  server = await mortal({ DATA_DIR: folder, PII_KEYS: piiKeys, POOL_SIZE: '6', LOG_LEVEL: 'warn' });
  await server.start();
});
afterAll(async () => {
  await server?.kill();
  // Whatever the test came to: the database left running is taken over and stopped in order.
  if (folder) await startEmbedded({ dataDir: folder }).then((database) => database.stop());
  if (folder) await removeFolder(folder);
});

const count = 20;
const keyOf = (index: number) => `deposit-${index}`;
const send = (index: number) =>
  server.as(stage.tokens.treasurer).disbursements.deposit(
    // Powers of two: the sum tells which were booked, and how often.
    { params: { id: stage.fund.id }, body: { amountFen: 2 ** index, note: keyOf(index) } },
    { idempotencyKey: keyOf(index) },
  );

const killPostmaster = () => {
  const [pid] = readFileSync(join(folder, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n');
  process.kill(Number(pid), 'SIGKILL');
};

/** Reads the database as it runs now, past the server. */
async function read<T>(work: (ctx: Ctx) => Promise<T>): Promise<T> {
  const database = openDatabase((await findRunningUrl(folder))!, 2);
  try {
    return await inSystemContext({ ...stage.server.platform, database }, stage.federation, '测试', work);
  } finally {
    await database.close();
  }
}

/** Notes of the deposits booked, in order. */
const booked = () =>
  read(async (ctx) => {
    const found = await sql<{ note: string }>`select note from transfer where kind = 'deposit'`.execute(
      ctx.db,
    );
    return found.rows.map(({ note }) => note).toSorted();
  });

it('keeps what it acknowledged when the database itself is killed, and repeats nothing', async () => {
  const acknowledged = new Set<string>();
  let lost = 0;
  const deposits = Array.from({ length: count }, (_, index) =>
    send(index).then(
      () => {
        acknowledged.add(keyOf(index));
        if (acknowledged.size === 5) killPostmaster();
      },
      () => (lost += 1),
    ),
  );
  await Promise.all(deposits);
  expect(acknowledged.size).toBeGreaterThanOrEqual(5);
  expect(lost, 'none was under way when the database died').toBeGreaterThan(0);
  await server.kill();
  await server.start();

  const kept = await booked();
  expect(new Set(kept).size).toBe(kept.length);
  expect([...acknowledged].filter((key) => !kept.includes(key))).toEqual([]);

  // All again with their keys, those acknowledged too: a phone that heard nothing cannot know.
  for (let index = 0; index < count; index += 1) await untilAnswered(() => send(index));
  expect(await booked()).toEqual(Array.from({ length: count }, (_, index) => keyOf(index)).toSorted());
  const { items } = await server.as(stage.tokens.treasurer).disbursements.listFunds();
  expect(items).toMatchObject([{ availableFen: 2 ** count - 1 }]);
  expect(await read(reconcileLedger)).toEqual([]);
  expect(await read(verifyAudit)).toMatchObject({ ok: true });
});
