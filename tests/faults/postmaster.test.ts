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

const send = (key: string) =>
  server
    .as(stage.tokens.treasurer)
    .disbursements.deposit(
      { params: { id: stage.fund.id }, body: { amountFen: 7, note: key } },
      { idempotencyKey: key },
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

/** What eight treasurers sent until the database died under them, and what of it was acknowledged. */
interface Sent {
  keys: string[];
  acknowledged: string[];
}

/** Deposits without a pause, kills the database when the fifth is acknowledged, and ends when one is lost by it. */
async function depositUntilKilled(name: string): Promise<Sent> {
  const keys: string[] = [];
  const acknowledged: string[] = [];
  let lost = false;
  const treasurer = async () => {
    while (!lost) {
      const key = `${name}-${keys.length}`;
      keys.push(key);
      try {
        await send(key);
      } catch {
        lost = true;
        return;
      }
      if (acknowledged.push(key) === 5) killPostmaster();
    }
  };
  await Promise.all(Array.from({ length: 8 }, treasurer));
  expect(acknowledged.length).toBeGreaterThanOrEqual(5);
  return { keys, acknowledged };
}

/** All again with their keys, those acknowledged too: a phone that heard nothing cannot know. */
async function expectOnce({ acknowledged, keys }: Sent): Promise<void> {
  await untilAnswered(() => send(keys[0]!));
  const kept = await booked();
  expect(new Set(kept).size).toBe(kept.length);
  expect(acknowledged.filter((key) => !kept.includes(key))).toEqual([]);
  for (const key of keys) await untilAnswered(() => send(key));
  const stored = await booked();
  expect(stored.filter((key) => keys.includes(key))).toEqual(keys.toSorted());
  const { items } = await server.as(stage.tokens.treasurer).disbursements.listFunds();
  expect(items).toMatchObject([{ availableFen: 7 * stored.length }]);
  expect(await read(reconcileLedger)).toEqual([]);
  expect(await read(verifyAudit)).toMatchObject({ ok: true });
}

it('outlives its database: keeps what it acknowledged, repeats nothing, and goes on by itself', async () => {
  await expectOnce(await depositUntilKilled('alone'));
});

it('keeps what it acknowledged when the server dies with its database', async () => {
  const sent = await depositUntilKilled('both');
  await server.kill();
  await server.start();
  await expectOnce(sent);
});
