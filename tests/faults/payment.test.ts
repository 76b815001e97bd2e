import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiError, type Client } from '@smart-union/api-client';
import { verifyAudit } from '../../server/kernel/audit.ts';
import { openFund, reconcileLedger } from '../../server/modules/disbursements/index.ts';
import { csvReturnFile } from '../../server/modules/disbursements/return-file.ts';
import { root } from '../database/template.ts';
import { testApp, type PersonName, type TestApp } from '../database/test-app.ts';
import { pngPhoto } from '../world/photos.ts';
import { mortal, type Mortal } from './killed.ts';

let t: TestApp;
let server: Mortal;
let fund: Awaited<ReturnType<typeof openFund>>;
const tokens = new Map<string, string>();

beforeAll(async () => {
  execFileSync(process.execPath, [join(root, 'scripts/build.mjs'), 'server'], { cwd: root, stdio: 'ignore' });
  // The test's own app never listens: it reads the database that the real process writes.
  t = await testApp();
  fund = await t.db((ctx) =>
    openFund(ctx, { code: 'universal-benefit', name: '普惠资金', unionId: t.world.unions.hailing.id }),
  );
  server = await mortal({
    DATABASE_URL: t.url,
    DATA_DIR: t.dataDir,
    PII_KEYS: t.server.platform.config.piiKeys!,
    POOL_SIZE: '6',
  });
  for (const person of ['chen', 'chair', 'approver', 'treasurer', 'payer'] as const)
    tokens.set(person, await t.token(person));
  await server.start();
}, 120_000);
afterAll(async () => {
  await server?.kill();
  await t?.close();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const as = (person: PersonName): Client => server.as(tokens.get(person)!);

/**
 * One step of the payment path: done, answered, and only then the server dies; or the server dies while it works. Either
 * way the caller knows nothing, the server comes back, and the caller says the same again with the same key.
 */
async function step<T>(
  name: string,
  act: (key: string) => Promise<T>,
  settled: (error: ApiError) => boolean = () => false,
) {
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
  const first = await act(key).catch((error: unknown) => {
    if (error instanceof ApiError && settled(error)) return null;
    throw error;
  });
  await server.kill();
  await server.start();
  const again = await act(key).catch((error: unknown) => {
    if (error instanceof ApiError && settled(error)) return null;
    throw error;
  });
  return { first, again };
}

const rows = <T>(query: ReturnType<typeof sql<T>>) => t.db(async (ctx) => (await query.execute(ctx.db)).rows);

async function booksAreWhole(): Promise<void> {
  expect(await t.db(reconcileLedger)).toEqual([]);
  expect(await t.db(verifyAudit)).toMatchObject({ ok: true });
  const sums = await rows(sql<{ kind: string; balance_fen: number; sum: number }>`
    select a.kind, a.balance_fen, (select coalesce(sum(case when t.credit_account_id = a.id then t.amount_fen else 0 end), 0)
      - coalesce(sum(case when t.debit_account_id = a.id then t.amount_fen else 0 end), 0) from transfer t
      where a.id in (t.credit_account_id, t.debit_account_id))::bigint as sum from ledger_account a`);
  for (const account of sums)
    expect([account.kind, Math.abs(account.balance_fen)]).toEqual([account.kind, Math.abs(account.sum)]);
  expect(sums.reduce((sum, account) => sum + account.balance_fen, 0)).toBe(0);
}

it('loses nothing and does nothing twice when the server is killed between and within all steps of a payment', async () => {
  const at = { params: { id: fund.id } };
  await step('deposit', (idempotencyKey) =>
    as('treasurer').disbursements.deposit(
      { ...at, body: { amountFen: 1_000_000, note: '拨款' } },
      { idempotencyKey },
    ),
  );
  await booksAreWhole();

  const photo = await pngPhoto();
  const open = await step('open', () =>
    as('chen').cases.open({ body: { itemCode: 'hospital-consolation' } }),
  );
  const id = open.again!.id;
  expect(open.first!.id).toBe(id);
  const begun = await as('chen').files.begin({ body: { name: '票据.png', size: photo.length } });
  await step(
    'upload',
    async () => {
      // A phone asks how far its upload has come and goes on from there.
      const { received, status } = await as('chen').files.get({ params: { id: begun.id } });
      if (status === 'ready') return;
      await as('chen').files.append(
        { params: { id: begun.id }, query: { offset: received } },
        { raw: photo.subarray(received) },
      );
    },
    (error) => error.code === 'upload-offset',
  );
  const answers = {
    receipts: [begun.id],
    hospital: '泰州市人民医院',
    admittedOn: '2026-03-01',
    dischargedOn: '2026-03-05',
    diagnosis: '肺炎',
    bankCard: '6222021234567890128',
  };
  const mine = () => as('chen').cases.getMine({ params: { id } });
  await step('save', async () =>
    as('chen').cases.saveAnswers({ params: { id }, body: { answers, version: (await mine()).version } }),
  );
  const { version } = await mine();
  const submitted = await step('submit', (idempotencyKey) =>
    as('chen').cases.submit({ params: { id }, body: { version } }, { idempotencyKey }),
  );
  expect(submitted.again).toEqual(submitted.first);
  for (const person of ['chair', 'approver'] as const) {
    const decided = await step(person, (idempotencyKey) =>
      as(person).cases.decide({ params: { id }, body: { outcome: 'approve' } }, { idempotencyKey }),
    );
    expect(decided.again).toEqual(decided.first);
    await booksAreWhole();
  }
  const batch = await step('batch', (idempotencyKey) =>
    as('treasurer').disbursements.createBatch({ body: { fundId: fund.id } }, { idempotencyKey }),
  );
  const batchAt = { params: { id: batch.again!.id } };
  expect(batch.first!.id).toBe(batch.again!.id);
  await step('release', (idempotencyKey) =>
    as('payer').disbursements.releaseBatch(batchAt, { idempotencyKey }),
  );
  await booksAreWhole();
  const file = await step('file', () => as('payer').disbursements.batchFile(batchAt));
  expect((file.first as Buffer).equals(file.again as Buffer)).toBe(true);
  await step('sending', (idempotencyKey) => as('payer').disbursements.markSent(batchAt, { idempotencyKey }));
  const line = (await as('treasurer').disbursements.listLines(batchAt)).items[0]!;
  const returned = csvReturnFile(
    {
      batchNumber: batch.again!.number,
      number: 1,
      last: true,
      rows: [{ rowNumber: 1, sequence: line.sequence, caseNumber: line.caseNumber, amountFen: line.amountFen, ok: true, reason: '' }], // prettier-ignore
    },
    '2026-11-24',
  );
  const settled = await step('return', () =>
    as('treasurer').disbursements.importReturn(batchAt, { raw: returned }),
  );
  expect(settled.again).toMatchObject({ alreadyRead: true });

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
  expect(server.kills).toBeGreaterThan(22);
  expect(await mine()).toMatchObject({ paymentStatus: 'paid' });
  // Bytes on their way when the power went are swept later; they are few, and none is half of a stored file.
  expect(readdirSync(join(t.dataDir, 'files')).length).toBeGreaterThan(0);
}, 300_000);

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
            { params: { id: fund.id }, body: { amountFen: 1 + name, note: idempotencyKey } },
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
  for (let kills = 0; kills < 4; kills += 1) {
    await pause(400 + kills * 130);
    await server.kill();
    await server.start();
  }
  await pause(500);
  load.running = false;
  await Promise.all(workers);
  const stored = await rows(sql<{ note: string; n: number }>`
    select note, count(*)::int as n from transfer where note like 'load-%' group by note`);
  expect(stored.filter((row) => row.n !== 1)).toEqual([]);
  const kept = new Set(stored.map((row) => row.note));
  expect([...acknowledged].filter((note) => !kept.has(note))).toEqual([]);
  expect(acknowledged.size).toBeGreaterThan(20);
  await booksAreWhole();
}, 90_000);

it('stops when asked: what is under way is finished first', async () => {
  // Some have begun when the signal comes, some are still on the wire: those are turned away, never half done.
  const told = Promise.all(
    Array.from({ length: 40 }, (_, turn) =>
      as('treasurer')
        .disbursements.deposit(
          { params: { id: fund.id }, body: { amountFen: 5, note: `last-${turn}` } },
          { idempotencyKey: `the-last-${turn}` },
        )
        .then(
          () => `last-${turn}`,
          () => null,
        ),
    ),
  );
  await pause(60);
  const begun = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - begun).toBeLessThan(25_000);
  const acknowledged = (await told).filter((note) => note !== null);
  const stored = await rows(sql<{ note: string }>`select note from transfer where note like 'last-%'`);
  const kept = stored.map((row) => row.note);
  expect(new Set(kept).size).toBe(kept.length);
  expect(acknowledged.filter((note) => !kept.includes(note))).toEqual([]);
  await booksAreWhole();
  expect(server.output).not.toMatch(/6222021234567890128|13951160001|321202199003077215|肺炎/);
}, 60_000);
