import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type { Client } from '@smart-union/api-client';
import { dayOf } from '../../server/kernel/clock.ts';
import { openDatabase } from '../../server/kernel/db.ts';
import { makeReturnFile } from '../../server/modules/disbursements/index.ts';
import { databaseUrl } from '../database/template.ts';
import { testCard } from '../ledger/approved-claims.ts';
import { plainPdf } from '../world/photos.ts';
import { mortal, type Mortal } from './killed.ts';
import { findFaults, type Carried } from './proof.ts';
import {
  buildServer,
  freshName,
  piiKeys,
  removeFolder,
  setStage,
  temporaryFolder,
  untilAnswered,
  type Person,
  type Stage,
} from './stage.ts';
import { layWire, type Wire } from './wire.ts';

const name = freshName();
const copyName = `${name}_copy`;
const url = databaseUrl(inject('template').adminUrl, name);
let folder: string;
let admin: pg.Client;
let wire: Wire;
let stage: Stage;
let server: Mortal;
const carried: Carried[] = [];
/** Bank files as they were first read, by batch. */
const files = new Map<string, Buffer[]>();

beforeAll(async () => {
  buildServer();
  folder = await temporaryFolder();
  admin = new pg.Client({ connectionString: inject('template').adminUrl });
  await admin.connect();
  await admin.query(
    `create database ${name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
  );
  stage = await setStage(url, folder);
  wire = await layWire(url);
  server = await mortal({
    DATA_DIR: folder,
    DATABASE_URL: wire.url,
    PII_KEYS: piiKeys,
    POOL_SIZE: '6',
    LOG_LEVEL: 'warn',
  });
  await server.start();
  const deposit = { params: { id: stage.fund.id }, body: { amountFen: 1_000_000, note: '上级拨款' } };
  await as('treasurer').disbursements.deposit(deposit, { idempotencyKey: newKey() });
});
afterAll(async () => {
  await server?.kill();
  await wire?.close();
  await stage?.close();
  for (const one of [name, copyName]) await admin?.query(`drop database if exists ${one} with (force)`);
  await admin?.end();
  if (folder) await removeFolder(folder);
});

const newKey = () => randomBytes(12).toString('hex');
const as = (person: Person): Client => server.as(stage.tokens[person]);

let struck = 0;

/**
 * One step of the path at the two moments chance hardly hits: the server dies with its COMMIT unsent, then with its COMMIT
 * done and the answer untold. Repeated with the same key the step is done once and answered alike. `mark` is the key, or
 * else something that only this step's transaction writes.
 */
async function step<T>(send: (mark: string) => Promise<T>): Promise<T> {
  const mark = newKey();
  for (const moment of ['undone', 'done'] as const) {
    wire.ambush(mark, moment, () => {
      struck += 1;
      void server.kill();
    });
    await expect(send(mark)).rejects.toThrow(TypeError);
    await server.kill();
    await server.start();
    await expectSameFiles();
  }
  const reply = await untilAnswered(() => send(mark));
  expect(await send(mark)).toEqual(reply);
  return reply;
}

/** Every bank file is what it was when it was first read. */
async function expectSameFiles(): Promise<void> {
  for (const [id, before] of files) expect(await readFiles(id)).toEqual(before);
}

const readFiles = (id: string): Promise<Buffer[]> =>
  Promise.all(
    (['csv', 'fixed'] as const).map((format) =>
      untilAnswered(
        () => as('payer').disbursements.batchFile({ params: { id }, query: { format } }) as Promise<Buffer>,
      ),
    ),
  );

async function fillIn(person: Person) {
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
    bankCard: testCard(42),
  };
  const params = { id: draft.id };
  const saved = await client.cases.saveAnswers({ params, body: { answers, version: draft.version } });
  expect(saved.faults).toEqual([]);
  return { params, body: { version: saved.version } };
}

it('does every step of a payment once when the server dies on either side of its COMMIT', async () => {
  const filled = await fillIn('li');
  const { params } = filled;
  await step((idempotencyKey) => as('li').cases.submit(filled, { idempotencyKey }));
  const approval = { params, body: { outcome: 'approve' } } as const;
  for (const cadre of ['siblingChair', 'approver'] as const)
    await step((idempotencyKey) => as(cadre).cases.decide(approval, { idempotencyKey }));
  const wanted = { body: { fundId: stage.fund.id } };
  const batch = await step((idempotencyKey) =>
    as('treasurer').disbursements.createBatch(wanted, { idempotencyKey }),
  );
  const call = { params: { id: batch.id } };
  await step((idempotencyKey) => as('payer').disbursements.releaseBatch(call, { idempotencyKey }));
  files.set(batch.id, await readFiles(batch.id));
  await step((idempotencyKey) => as('payer').disbursements.markSent(call, { idempotencyKey }));
  const { content } = await stage.db((ctx) => makeReturnFile(ctx, batch.id));
  // A return file is known by its bytes, not by a key, and says that it had been read.
  const told = await step((mark) =>
    as('treasurer').disbursements.importReturn(
      { ...call, query: { fileName: `${mark}.csv` } },
      { raw: content },
    ),
  );
  expect(told).toMatchObject({
    alreadyRead: true,
    exceptions: 0,
    batch: { status: 'reconciled', okCount: 1 },
  });
  expect(struck).toBe(14);
  const { id: memberId } = stage.world.members.li;
  carried.push({ memberId, caseId: params.id, amountFen: batch.totalFen });
}, 600_000);

it('tells the member once and leaves books, figures, bank file and audit chain whole', async () => {
  const { caseId, amountFen } = carried[0]!;
  const mine = await as('li').cases.getMine({ params: { id: caseId } });
  expect(mine).toMatchObject({ status: 'closed', where: '已到账', paymentStatus: 'paid' });
  const { items: messages } = await as('li').notifications.list({});
  const arrived = messages.map(({ title }) => title).filter((title) => title.endsWith('已到账'));
  expect(arrived).toEqual([`${amountFen / 100} 元已到账`]);
  expect((await as('li').disbursements.myPaymentDate()).items).toMatchObject([{ caseId, amountFen }]);
  await expectSameFiles();
  expect(await as('auditor').audit.verify()).toMatchObject({ ok: true, brokenAt: null });
  const { items: funds } = await as('treasurer').disbursements.listFunds();
  expect(funds).toMatchObject([
    {
      availableFen: 1_000_000 - amountFen,
      reservedFen: 0,
      inTransitFen: 0,
      paidThisYearFen: amountFen,
    },
  ]);
  expect(await findFaults(stage.server.platform, stage.federation, carried)).toEqual([]);
  expect(server.output).not.toMatch(/"level":(50|60)/);
});

it('would notice a transfer doubled or lost, a message told twice, a line of the log removed', async () => {
  await server.stop();
  await stage.close();
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
  const approved = `kind = 'case.approved' and subject_id = '${caseId}'`;
  const columns = `fund_id, debit_account_id, credit_account_id, amount_fen, union_path, member_id, case_id,
    disbursement_id, batch_id, account_id, by_name, note, at`;
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
      harm: `create table kept as select * from audit_event where ${approved}; delete from audit_event where ${approved}`,
      repair: 'insert into audit_event select * from kept; drop table kept',
      noticed: /audited: [^]*audit: /,
    },
  ];
}
