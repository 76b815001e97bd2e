import { hospitalConsolation } from '@smart-union/catalogue/benefits/hospital-consolation/definition.ts';
import type { Config } from '../../server/kernel/config.ts';
import { openFund } from '../../server/modules/disbursements/index.ts';
import { csvReturnFile } from '../../server/modules/disbursements/return-file.ts';
import { testApp, type PersonName, type TestApp } from '../database/test-app.ts';
import { pngPhoto } from '../world/photos.ts';
import type { UnionName } from '../world/world.ts';
import { approve, fileClaim } from './file-claim.ts';
import { addCadres, cadres, members, secondFarMember, type Cadre, type Member } from './people.ts';
import { membersFile, unionsFile } from './rosters.ts';

/** Ids of one district's things. `paths` say whose scope a thing lies in: the unit's or the district's. */
export interface Side {
  paths: { unit: string; district: string };
  unionId: string;
  districtId: string;
  member: { id: string; name: string; idNumber: string; phone: string };
  owner: Member;
  chair: Cadre;
  accountId: string;
  grantId: string;
  colleagueId: string;
  fundId: string;
  /** Cases: at the unit's desk, and paid. */
  openCase: string;
  paidCase: string;
  /** Approved, its payment ready and in no batch. */
  readyCase: string;
  failedCase: string;
  paymentId: string;
  failedPaymentId: string;
  returnedBatch: string;
  batchNumber: string;
  exceptionId: string;
  fileId: string;
  looseFileId: string;
  messageId: string;
  memberNumber: string;
  /** Asked for by the registrar, not decided. */
  requestId: string;
  unionImportId: string;
  memberImportId: string;
  /** Words and ids no one outside of the district may read in any reply. */
  canaries: string[];
}

export interface Scene {
  t: TestApp;
  near: Side;
  far: Side;
}

interface Hands {
  owner: Member;
  /** Files the claims that are paid and ready: nobody may claim more than twice a year. */
  second: PersonName;
  unit: UnionName;
  district: UnionName;
  chair: Cadre;
  registrar: Cadre;
  approver: Cadre;
  treasurer: Cadre;
  payer: Cadre;
}

const only = <T>(rows: readonly T[]): T => {
  const row = rows[0];
  if (row === undefined) throw new Error('the scene lacks a row');
  return row;
};

/** One district with one of everything, made through the very routes that are tested. */
async function buildSide(t: TestApp, hands: Hands, mark: string): Promise<Side> {
  const as = (person: string) => t.as(person as PersonName);
  const unit = t.world.unions[hands.unit];
  const district = t.world.unions[hands.district];
  const fund = await t.db((ctx) =>
    openFund(ctx, {
      code: hospitalConsolation.payout.fund,
      name: `${mark}普惠资金`,
      unionId: district.id,
    }),
  );
  await as(hands.treasurer).disbursements.deposit({
    params: { id: fund.id },
    body: { amountFen: 5_000_000, note: `${mark}拨款` },
  });
  const hospital = `${mark}医院`;
  const paid = await fileClaim(t, hands.second, 1, hospital);
  const failed = await fileClaim(t, hands.owner, 3, hospital);
  for (const { id } of [paid, failed]) {
    await approve(t, hands.chair, id);
    await approve(t, hands.approver, id);
  }
  const batch = await as(hands.treasurer).disbursements.createBatch({ body: { fundId: fund.id } });
  const at = { params: { id: batch.id } };
  await as(hands.payer).disbursements.releaseBatch(at);
  await as(hands.payer).disbursements.markSent(at);
  const lines = await as(hands.treasurer).disbursements.listLines(at);
  const rows = lines.items.map((line, index) => ({
    rowNumber: index + 1,
    sequence: line.sequence,
    caseNumber: line.caseNumber,
    amountFen: line.amountFen,
    ok: line.caseId === paid.id,
    reason: line.caseId === paid.id ? '' : '账户已冻结',
  }));
  const stranger = { rowNumber: 9, sequence: 9, caseNumber: `${mark}X`, amountFen: 1, ok: true, reason: '' };
  const returned = csvReturnFile(
    { batchNumber: batch.number, number: 1, last: false, rows: [...rows, stranger] },
    '2026-11-24',
  );
  await as(hands.treasurer).disbursements.importReturn(at, { raw: returned });
  const ready = await fileClaim(t, hands.second, 5, hospital);
  await approve(t, hands.chair, ready.id);
  await approve(t, hands.approver, ready.id);
  const open = await fileClaim(t, hands.owner, 7, hospital);
  const loose = await t.upload(hands.owner, `${mark}散页.png`, await pngPhoto());
  const unionImport = await as(hands.registrar).unionImports.preview(
    { query: { fileName: `${mark}工会.xlsx` } },
    { raw: await unionsFile(district.name, `${mark}工会委员会`) },
  );
  const memberImport = await as(hands.registrar).memberImports.preview(
    { query: { fileName: `${mark}名册.xlsx` } },
    { raw: await membersFile(unit.name, `${mark}某`, '110101199003070134') },
  );
  const request = await as(hands.registrar).privacy.ask({
    body: { kind: 'export', subject: 'members', query: {}, reason: `${mark}年度核对` },
  });
  const owner = t.world.members[hands.owner];
  const account = t.world.cadres[hands.chair as 'chair'];
  const found = await t.db(async (ctx) => ({
    payments: await ctx.db.selectFrom('disbursement').selectAll().where('fund_id', '=', fund.id).execute(),
    exceptions: await ctx.db
      .selectFrom('payment_exception')
      .selectAll()
      .where('batch_id', '=', batch.id)
      .execute(),
    messages: await ctx.db.selectFrom('message').selectAll().where('member_id', '=', owner.id).execute(),
    member: await ctx.db.selectFrom('member').select('member_number').where('id', '=', owner.id).execute(),
    grants: await ctx.db.selectFrom('grant').selectAll().where('account_id', '=', account.id).execute(),
    numbers: await ctx.db
      .selectFrom('case')
      .select('number')
      .where('union_path', '>=', district.path)
      .where('union_path', '<', `${district.path}/`)
      .execute(),
  }));
  const payment = only(found.payments.filter((row) => row.case_id === paid.id)).id;
  const failedPayment = only(found.payments.filter((row) => row.case_id === failed.id)).id;
  const exception = only(found.exceptions).id;
  const ids = [owner.id, account.id, fund.id, batch.id, open.id, paid.id, ready.id, failed.id, unit.id];
  return {
    paths: { unit: unit.path, district: district.path },
    unionId: unit.id,
    districtId: district.id,
    member: owner,
    owner: hands.owner,
    chair: hands.chair,
    accountId: account.id,
    grantId: only(found.grants).id,
    colleagueId: account.id,
    fundId: fund.id,
    openCase: open.id,
    paidCase: paid.id,
    readyCase: ready.id,
    failedCase: failed.id,
    paymentId: payment,
    failedPaymentId: failedPayment,
    returnedBatch: batch.id,
    batchNumber: batch.number,
    exceptionId: exception,
    fileId: open.receipt,
    looseFileId: loose,
    messageId: only(found.messages).id,
    memberNumber: only(found.member).member_number,
    requestId: request.id,
    unionImportId: unionImport.id,
    memberImportId: memberImport.id,
    canaries: [
      ...ids,
      payment,
      failedPayment,
      exception,
      open.receipt,
      loose,
      request.id,
      unionImport.id,
      memberImport.id,
      ...found.numbers.map((row) => row.number ?? '').filter(Boolean),
      owner.name,
      owner.idNumber,
      owner.phone,
      batch.number,
      mark,
      unit.name,
    ],
  };
}

/** Two districts with the same things in each, and everybody who may or may not see them. */
export async function buildScene(
  changes: Partial<Config> = {},
  onceOpen: (t: TestApp) => void = () => {},
): Promise<Scene> {
  const t = await testApp({ demo: true, ...changes });
  onceOpen(t);
  await addCadres(t);
  const near = await buildSide(
    t,
    {
      owner: 'chen',
      second: 'wang',
      unit: 'couriers',
      district: 'hailing',
      chair: 'chair',
      registrar: 'registrar',
      approver: 'approver',
      treasurer: 'treasurer',
      payer: 'payer',
    },
    '明岗',
  );
  const far = await buildSide(
    t,
    {
      owner: 'liu',
      second: await secondFarMember(t),
      unit: 'textiles',
      district: 'jiangyan',
      chair: 'farChair',
      registrar: 'farRegistrar',
      approver: 'farApprover',
      treasurer: 'farTreasurer',
      payer: 'farPayer',
    },
    '暗哨',
  );
  return { t, near, far };
}

/** Path of the union a walker stands at. */
export const pathOf = (scene: Scene, walker: Cadre | Member): string =>
  scene.t.world.unions[walker in cadres ? cadres[walker as Cadre][1] : members[walker as Member]].path;
