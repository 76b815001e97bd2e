import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ApiError, type Client } from '@smart-union/api-client';
import { verifyAudit } from '../../server/kernel/audit.ts';
import { dayOf } from '../../server/kernel/clock.ts';
import { reconcileLedger } from '../../server/modules/disbursements/index.ts';
import { csvReturnFile } from '../../server/modules/disbursements/return-file.ts';
import { databaseUrl } from '../database/template.ts';
import { pngPhoto } from '../world/photos.ts';
import { mortal, type Mortal } from './killed.ts';
import { buildServer, freshName, piiKeys, removeFolder, setStage, temporaryFolder, type Person, type Stage } from './stage.ts'; // prettier-ignore

const name = freshName();
let folder: string;
let admin: pg.Client;
let stage: Stage;
let server: Mortal;

beforeAll(async () => {
  buildServer();
  folder = await temporaryFolder();
  const { adminUrl } = inject('template');
  const url = databaseUrl(adminUrl, name);
  admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(
    `create database ${name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
  );
  // Its server never listens: it reads the database that the killed one writes.
  stage = await setStage(url, folder);
  server = await mortal({ DATABASE_URL: url, DATA_DIR: folder, PII_KEYS: piiKeys, POOL_SIZE: '6' });
  await server.start();
});
afterAll(async () => {
  await server?.kill();
  await stage?.close();
  await admin?.query(`drop database if exists ${name} with (force)`);
  await admin?.end();
  if (folder) await removeFolder(folder);
});

const as = (person: Person): Client => server.as(stage.tokens[person]);
/** The calendar day so many days before the machine's own: the killed server knows no other clock. */
const daysAgo = (days: number) => dayOf(new Date(Date.now() - days * 86_400_000));

/**
 * One step of the payment path: done, answered, and only then the server dies; or the server dies while it works. Either
 * way the caller knows nothing, the server comes back, and the caller says the same again with the same key.
 */
async function step<T>(name: string, act: (key: string) => Promise<T>) {
  const key = `fault-${name}`;
  // Once in the middle, at another moment for each step, as far as the work may have come.
  const lost = act(key).then(
    () => 'answered',
    (error: unknown) => (error instanceof ApiError ? error.code : 'lost'),
  );
  await pause(2 + ((server.kills * 7) % 23));
  await server.kill();
  await lost;
  await server.start();
  const first = await act(key);
  await server.kill();
  await server.start();
  const again = await act(key);
  return { first, again };
}

const rows = <T>(query: ReturnType<typeof sql<T>>) =>
  stage.db(async (ctx) => (await query.execute(ctx.db)).rows);

async function booksAreWhole(): Promise<void> {
  expect(await stage.db(reconcileLedger)).toEqual([]);
  expect(await stage.db(verifyAudit)).toMatchObject({ ok: true });
  const sums = await rows(sql<{ kind: string; balance_fen: number; sum: number }>`
    select a.kind, a.balance_fen, (select coalesce(sum(case when t.credit_account_id = a.id then t.amount_fen else 0 end), 0)
      - coalesce(sum(case when t.debit_account_id = a.id then t.amount_fen else 0 end), 0) from transfer t
      where a.id in (t.credit_account_id, t.debit_account_id))::bigint as sum from ledger_account a`);
  for (const account of sums)
    expect([account.kind, Math.abs(account.balance_fen)]).toEqual([account.kind, Math.abs(account.sum)]);
  expect(sums.reduce((sum, account) => sum + account.balance_fen, 0)).toBe(0);
}

it('loses nothing and does nothing twice when the server is killed between and within all steps of a payment', async () => {
  const at = { params: { id: stage.fund.id } };
  await step('deposit', (idempotencyKey) =>
    as('treasurer').disbursements.deposit(
      { ...at, body: { amountFen: 1_000_000, note: '拨款' } },
      { idempotencyKey },
    ),
  );
  await booksAreWhole();

  const photo = await pngPhoto();
  // What comes before the money is begun again by whoever was cut off: it needs no proof here.
  const { id } = await as('li').cases.open({ body: { itemCode: 'hospital-consolation' } });
  const begun = await as('li').files.begin({ body: { name: '票据.png', size: photo.length } });
  await as('li').files.append({ params: { id: begun.id }, query: { offset: 0 } }, { raw: photo });
  const answers = {
    receipts: [begun.id],
    hospital: '泰州市人民医院',
    admittedOn: daysAgo(9),
    dischargedOn: daysAgo(4),
    diagnosis: '肺炎',
    bankCard: '6222021234567890128',
  };
  const mine = () => as('li').cases.getMine({ params: { id } });
  const before = await mine();
  await as('li').cases.saveAnswers({ params: { id }, body: { answers, version: before.version } });
  const { version } = await mine();
  const submitted = await step('submit', (idempotencyKey) =>
    as('li').cases.submit({ params: { id }, body: { version } }, { idempotencyKey }),
  );
  expect(submitted.again).toEqual(submitted.first);
  for (const person of ['siblingChair', 'approver'] as const) {
    const decided = await step(person, (idempotencyKey) =>
      as(person).cases.decide({ params: { id }, body: { outcome: 'approve' } }, { idempotencyKey }),
    );
    expect(decided.again).toEqual(decided.first);
    await booksAreWhole();
  }
  const batch = await step('batch', (idempotencyKey) =>
    as('treasurer').disbursements.createBatch({ body: { fundId: stage.fund.id } }, { idempotencyKey }),
  );
  const batchAt = { params: { id: batch.again.id } };
  expect(batch.first.id).toBe(batch.again.id);
  await step('release', (idempotencyKey) =>
    as('payer').disbursements.releaseBatch(batchAt, { idempotencyKey }),
  );
  await booksAreWhole();
  const file = (await as('payer').disbursements.batchFile(batchAt)) as Buffer;
  await step('sending', (idempotencyKey) => as('payer').disbursements.markSent(batchAt, { idempotencyKey }));
  const line = (await as('treasurer').disbursements.listLines(batchAt)).items[0]!;
  const returned = csvReturnFile(
    {
      batchNumber: batch.again.number,
      number: 1,
      last: true,
      rows: [{ rowNumber: 1, sequence: line.sequence, caseNumber: line.caseNumber, amountFen: line.amountFen, ok: true, reason: '' }], // prettier-ignore
    },
    daysAgo(0),
  );
  const settled = await step('return', () =>
    as('treasurer').disbursements.importReturn(batchAt, { raw: returned }),
  );
  expect(settled.again).toMatchObject({ alreadyRead: true });
  expect(file.equals((await as('payer').disbursements.batchFile(batchAt)) as Buffer)).toBe(true);

  await booksAreWhole();
  const effects = await rows(sql<{ kind: string; n: number; fen: number }>`
    select kind, count(*)::int as n, sum(amount_fen)::bigint as fen from transfer group by kind order by kind`);
  expect(effects).toEqual([
    { kind: 'deposit', n: 1, fen: 1_000_000 },
    { kind: 'reserve', n: 1, fen: 10_000 },
    { kind: 'send', n: 1, fen: 10_000 },
    { kind: 'settle', n: 1, fen: 10_000 },
  ]);
  const counts = await rows(sql<Record<string, number>>`
    select (select count(*)::int from "case" where status <> 'withdrawn') as cases, (select count(*)::int from claim) as claims,
      (select count(*)::int from decision) as decisions, (select count(*)::int from disbursement) as payments,
      (select count(*)::int from disbursement where status = 'paid') as paid,
      (select count(*)::int from payment_batch) as batches, (select count(*)::int from bank_return) as returns`);
  expect(counts).toEqual([
    { cases: 1, claims: 1, decisions: 2, payments: 1, paid: 1, batches: 1, returns: 1 },
  ]);
  expect(server.kills).toBe(16);
  expect(await mine()).toMatchObject({ paymentStatus: 'paid' });
  // Bytes on their way when the power went are swept later; they are few, and none is half of a stored file.
  expect(readdirSync(join(folder, 'files')).length).toBeGreaterThan(0);
}, 600_000);

it('keeps every deposit it has acknowledged, and none twice, through kills under load', async () => {
  const acknowledged = new Set<string>();
  const load = { running: true };
  const worker = async (name: number) => {
    for (let turn = 0; load.running; turn += 1) {
      const idempotencyKey = `load-${name}-${turn}`;
      // Said again with the same key until it is answered, as a phone on a bad line does.
      for (let answered = false; !answered;) {
        answered = await as('treasurer')
          .disbursements.deposit(
            { params: { id: stage.fund.id }, body: { amountFen: 1 + name, note: idempotencyKey } },
            { idempotencyKey },
          )
          .then(
            () => true,
            () => new Promise<boolean>((resolve) => setTimeout(() => resolve(!load.running), 40)),
          );
        if (answered && load.running) acknowledged.add(idempotencyKey);
      }
    }
  };
  const workers = Array.from({ length: 8 }, (_, name) => worker(name));
  /** Until so many more are acknowledged, while others are under way. */
  const more = async (count: number) => {
    for (const goal = acknowledged.size + count; acknowledged.size < goal;) await pause(5);
  };
  for (let kills = 0; kills < 4; kills += 1) {
    await more(16 + kills);
    await server.kill();
    await server.start();
  }
  await more(16);
  load.running = false;
  await Promise.all(workers);
  const stored = await rows(sql<{ note: string; n: number }>`
    select note, count(*)::int as n from transfer where note like 'load-%' group by note`);
  expect(stored.filter((row) => row.n !== 1)).toEqual([]);
  const kept = new Set(stored.map((row) => row.note));
  expect([...acknowledged].filter((note) => !kept.has(note))).toEqual([]);
  await booksAreWhole();
}, 600_000);

it('stops when asked: what is under way is finished first', async () => {
  // Some have begun when the signal comes, some are still on the wire: those are turned away, never half done.
  const asked = Array.from({ length: 40 }, async (_, turn) => {
    const note = `last-${turn}`;
    await as('treasurer').disbursements.deposit(
      { params: { id: stage.fund.id }, body: { amountFen: 5, note } },
      { idempotencyKey: `the-${note}` },
    );
    return note;
  });
  const told = Promise.allSettled(asked);
  await Promise.any(asked);
  expect(await server.stop()).toBe(0);
  const acknowledged = (await told).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const stored = await rows(sql<{ note: string }>`select note from transfer where note like 'last-%'`);
  const kept = stored.map((row) => row.note);
  expect(new Set(kept).size).toBe(kept.length);
  expect(acknowledged.filter((note) => !kept.includes(note))).toEqual([]);
  await booksAreWhole();
  const { idNumber, phone } = stage.world.members.li;
  expect(
    [idNumber, phone, '6222021234567890128', '肺炎'].filter((secret) => server.output.includes(secret)),
  ).toEqual([]);
});
