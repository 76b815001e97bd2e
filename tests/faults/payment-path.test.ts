import { randomBytes, randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Client } from '@smart-union/api-client';
import { dayOf } from '../../server/kernel/clock.ts';
import { openDatabase } from '../../server/kernel/db.ts';
import { makeReturnFile } from '../../server/modules/disbursements/index.ts';
import { databaseUrl } from '../database/template.ts';
import { testCard } from '../ledger/approved-claims.ts';
import { plainPdf } from '../world/photos.ts';
import { findFaults, type Carried } from './proof.ts';
import { ServerProcess, untilAnswered } from './server-process.ts';
import {
  buildServer,
  freshName,
  removeFolder,
  setStage,
  temporaryFolder,
  type Person,
  type Stage,
} from './stage.ts';
import { layWire, type Moment, type Wire } from './wire.ts';

const name = freshName();
const copyName = `${name}_copy`;
const url = databaseUrl(inject('template').adminUrl, name);
/** `FAULT_SEED=… npx vitest run --project faults` kills at the same delays again. */
const seed = Number(process.env.FAULT_SEED ?? randomInt(2 ** 31));
let folder: string;
let admin: pg.Client;
let wire: Wire;
let stage: Stage;
let server: ServerProcess;
const carried: Carried[] = [];
/** Bank files as they were first read, by batch. */
const files = new Map<string, Buffer[]>();

beforeAll(async () => {
  process.stdout.write(`faults: FAULT_SEED=${seed}\n`);
  await buildServer();
  folder = await temporaryFolder();
  admin = new pg.Client({ connectionString: inject('template').adminUrl });
  await admin.connect();
  await admin.query(
    `create database ${name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
  );
  stage = await setStage(url, folder);
  wire = await layWire(url);
  server = new ServerProcess({ DATA_DIR: folder, DATABASE_URL: wire.url });
  await server.start();
  const amountFen = 1_000_000;
  const deposit = { params: { id: stage.fund.id }, body: { amountFen, note: '上级拨款' } };
  await as('treasurer').disbursements.deposit(deposit, { idempotencyKey: newKey() });
});
afterAll(async () => {
  server?.kill();
  await server?.ended();
  await wire?.close();
  await stage?.server.close();
  for (const one of [name, copyName]) await admin?.query(`drop database if exists ${one} with (force)`);
  await admin?.end();
  if (folder) await removeFolder(folder);
});

const newKey = () => randomBytes(12).toString('hex');
const as = (person: Person): Client => server.as(stage.tokens[person]);

/** Repeatable delays (a linear congruential generator, constants of Numerical Recipes). */
let state = seed;
function nextBelow(limit: number): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return Math.floor((state / 2 ** 32) * limit);
}

type Send<T> = (key: string) => Promise<T>;
/** Kills the server while `send` is under way; `mark` is what the step's transaction writes and no other. */
type Kill = (send: () => Promise<unknown>, mark: string) => Promise<void>;

const outcomes = { answered: 0, cut: 0 };

/** Whenever it happens: the delay may end before the request has arrived and after it has been answered. */
const someTime: Kill = async (send) => {
  const answer = send().then(
    () => (outcomes.answered += 1),
    () => (outcomes.cut += 1),
  );
  await sleep(nextBelow(45));
  await server.restart();
  await answer;
};

/** At the COMMIT, on either side of it. */
const atCommit =
  (moment: Moment): Kill =>
  async (send, mark) => {
    const ambush = wire.await(mark, moment);
    ambush.strikeWith(() => server.kill());
    await expect(send()).rejects.toThrow(TypeError);
    await ambush.struck;
    await server.restart();
  };

/**
 * One step of the path: the request dies with the server at each of the moments, is repeated with its key until it is answered,
 * the server dies right after the answer, and the request is repeated once more. Gives the answer.
 */
async function step<T>(moments: readonly Kill[], send: Send<T>, mark = newKey()): Promise<T> {
  for (const kill of moments) await kill(() => send(mark), mark);
  const reply = await untilAnswered(() => send(mark));
  await server.restart();
  const again = await untilAnswered(() => send(mark));
  // A return file is known by its bytes, not by a key, and says that it had been read.
  if (typeof again !== 'object' || again === null || !('alreadyRead' in again)) expect(again).toEqual(reply);
  await expectSameFiles();
  return again;
}

/** Every bank file is what it was when it was first read. */
async function expectSameFiles(): Promise<void> {
  for (const [id, before] of files) expect(await readFiles(id)).toEqual(before);
}

const readFiles = (id: string): Promise<Buffer[]> =>
  Promise.all(
    (['csv', 'fixed'] as const).map(
      (format) =>
        as('payer').disbursements.batchFile({ params: { id }, query: { format } }) as Promise<Buffer>,
    ),
  );

async function fillIn(person: 'chen' | 'li', card: string) {
  const client = as(person);
  const draft = await client.cases.open({ body: { itemCode: 'hospital-consolation' } });
  const bytes = plainPdf(person);
  const begun = await client.files.begin({ body: { name: '票据.pdf', size: bytes.length } });
  await client.files.append({ params: { id: begun.id }, query: { offset: 0 } }, { raw: bytes });
  const daysAgo = (days: number) => dayOf(new Date(Date.now() - days * 86_400_000));
  const answers = {
    receipts: [begun.id],
    hospital: '泰州市人民医院',
    admittedOn: daysAgo(9),
    dischargedOn: daysAgo(4),
    diagnosis: '急性阑尾炎',
    bankCard: card,
  };
  const params = { id: draft.id };
  const saved = await client.cases.saveAnswers({ params, body: { answers, version: draft.version } });
  expect(saved.faults).toEqual([]);
  return { params, body: { version: saved.version } };
}

/** The whole path, dying at `moments` in every step. */
async function carry(person: 'chen' | 'li', unit: Person, moments: readonly Kill[]): Promise<void> {
  const filled = await fillIn(person, testCard(person === 'chen' ? 41 : 42));
  const { params } = filled;
  await step(moments, (key) => as(person).cases.submit(filled, { idempotencyKey: key }));
  const approval = { params, body: { outcome: 'approve' } } as const;
  for (const cadre of [unit, 'approver'] as const)
    await step(moments, (key) => as(cadre).cases.decide(approval, { idempotencyKey: key }));
  const wanted = { body: { fundId: stage.fund.id } };
  const batch = await step(moments, (key) =>
    as('treasurer').disbursements.createBatch(wanted, { idempotencyKey: key }),
  );
  const call = { params: { id: batch.id } };
  await step(moments, (key) => as('payer').disbursements.releaseBatch(call, { idempotencyKey: key }));
  files.set(batch.id, await readFiles(batch.id));
  await step(moments, (key) => as('payer').disbursements.markSent(call, { idempotencyKey: key }));
  const { content } = await stage.db((ctx) => makeReturnFile(ctx, batch.id));
  const told = await step(moments, (key) =>
    as('treasurer').disbursements.importReturn(
      { ...call, query: { fileName: `${key}.csv` } },
      { raw: content },
    ),
  );
  expect(told).toMatchObject({
    alreadyRead: true,
    exceptions: 0,
    batch: { status: 'reconciled', okCount: 1 },
  });
  carried.push({
    memberId: stage.world.members[person].id,
    caseId: params.id,
    amountFen: batch.totalFen,
  });
}

async function expectArrived(person: 'chen' | 'li', { caseId, amountFen }: Carried): Promise<void> {
  const mine = await as(person).cases.getMine({ params: { id: caseId } });
  expect(mine).toMatchObject({ status: 'closed', where: '已到账', paymentStatus: 'paid' });
  const inbox = await as(person).notifications.list({});
  const arrived = inbox.items.filter((message) => message.title.endsWith('已到账'));
  expect(arrived.map((message) => message.title)).toEqual([`${amountFen / 100} 元已到账`]);
  const { items } = await as(person).disbursements.myPaymentDate();
  expect(items).toMatchObject([{ caseId, amountFen }]);
}

it('pays once, whenever the server is killed', async () => {
  await carry('chen', 'chair', [someTime]);
  expect(outcomes.answered + outcomes.cut).toBe(7);
  await expectArrived('chen', carried[0]!);
});

it('pays once when the server dies just before each COMMIT and just after', async () => {
  await carry('li', 'siblingChair', [atCommit('undone'), atCommit('done')]);
  await expectArrived('li', carried[1]!);
});

it('leaves books, figures and audit chain whole', async () => {
  expect(carried).toHaveLength(2);
  expect(await as('auditor').audit.verify()).toMatchObject({ ok: true, brokenAt: null });
  await expectSameFiles();
  expect(await findFaults(stage.server.platform, stage.federation, carried)).toEqual([]);
  const { items } = await as('treasurer').disbursements.listFunds();
  const paid = carried.reduce((sum, one) => sum + one.amountFen, 0);
  expect(items).toMatchObject([
    { availableFen: 1_000_000 - paid, reservedFen: 0, inTransitFen: 0, paidThisYearFen: paid },
  ]);
  expect(server.output).not.toMatch(/"level":(50|60)/);
});

it('would notice a transfer doubled, one lost, a message told twice and a line of the log removed', async () => {
  await server.stop();
  await stage.server.close();
  await admin.query(`create database ${copyName} template ${name}`);
  const copy = databaseUrl(inject('template').adminUrl, copyName);
  const database = openDatabase(copy, 2);
  const owner = new pg.Client({ connectionString: copy });
  await owner.connect();
  try {
    await owner.query(`set search_path to ${stage.federation.schema}`);
    const platform = { ...stage.server.platform, database };
    const check = () => findFaults(platform, stage.federation, carried);
    expect(await check()).toEqual([]);
    for (const { harm, repair, noticed } of plantings(carried[0]!.caseId)) {
      await owner.query(harm);
      expect((await check()).join('\n')).toMatch(noticed);
      await owner.query(repair);
      expect(await check()).toEqual([]);
    }
  } finally {
    await owner.end();
    await database.close();
  }
});

/** Faults put into a copy of the rows by the owner's hand, and how they are taken out again. */
function plantings(caseId: string) {
  const settled = `kind = 'settle' and case_id = '${caseId}'`;
  const columns = `fund_id, debit_account_id, credit_account_id, amount_fen, union_path, member_id, case_id, disbursement_id, batch_id,
    account_id, by_name, note, at`;
  return [
    {
      harm: `insert into transfer (id, business_key, kind, ${columns})
        select gen_random_uuid(), business_key || ' again', kind, ${columns} from transfer where ${settled}`,
      repair: `delete from transfer where business_key like '% again'`,
      noticed: /transfers: .*settle \d+,settle \d+[^]*ledger: .*余额/,
    },
    {
      harm: `create table kept as select * from transfer where ${settled}; delete from transfer where ${settled}`,
      repair: 'insert into transfer select * from kept; drop table kept',
      noticed: /transfers: \[reserve \d+,send \d+\][^]*ledger: .*余额/,
    },
    {
      harm: `insert into message (id, member_id, title, text, case_id, at)
        select '00000000-0000-7000-8000-000000000000', member_id, title, text, case_id, at from message
        where case_id = '${caseId}' and title like '%已到账'`,
      repair: `delete from message where id = '00000000-0000-7000-8000-000000000000'`,
      noticed: /arrived: \[2\]/,
    },
    {
      harm: `create table kept as select * from audit_event where kind = 'case.approved' and subject_id = '${caseId}';
        delete from audit_event where kind = 'case.approved' and subject_id = '${caseId}'`,
      repair: 'insert into audit_event select * from kept; drop table kept',
      noticed: /audited: [^]*audit: /,
    },
  ];
}
