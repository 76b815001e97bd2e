import { contract, type Contract } from '@smart-union/contract';
import type { Scene, Side } from './scene.ts';
import type { Walker } from './people.ts';
import { fileClaim } from './scene.ts';
import { worldPassword } from '../world/world.ts';

export type RouteName = {
  [M in keyof Contract]: `${M}.${keyof Contract[M] & string}`;
}[keyof Contract];

export interface Call {
  params?: Record<string, string>;
  query?: Record<string, string | number>;
  body?: unknown;
  raw?: Buffer;
}

export interface Probe {
  /** A right call about a side's thing. */
  call(side: Side, scene: Scene): Call;
  /** In whose scope the thing lies; `none` when the route is about no single thing. `own`: the owner's alone. */
  lies: 'unit' | 'district' | 'city' | 'none' | 'own' | 'evidence';
  /** One who may, and gets 200 when the state is as `before` leaves it. */
  works: Walker;
  before?(scene: Scene): Promise<void>;
  /** Only who may take the open task: others who see the case read that it is not with them. */
  takes?: true;
  /** Exists only in a state that others of the walk may have ended. */
  mayBeGone?: true;
  /** An answer that never ends. */
  stream?: true;
}

const byId = (id: string, rest: Omit<Call, 'params'> = {}): Call => ({ params: { id }, ...rest });
const reason = '核对申请材料';
const csv = (text: string) => Buffer.from(text);

/** What `before` and earlier probes made for a later one; empty while others' reach is tried. */
export const made = new Map<string, string>();
const page = { pageSize: 50 };

const batchNow = (side: Side) => made.get('batch') ?? side.returnedBatch;

async function newBatch({ t, near }: Scene): Promise<void> {
  const batch = await t.as('treasurer').disbursements.createBatch({ body: { fundId: near.fundId } });
  made.set('batch', batch.id);
}

async function newOpenCase({ t }: Scene): Promise<void> {
  const filed = await fileClaim(t, 'li', 9, '明岗医院');
  made.set('case', filed.id);
}

const importFile = (side: Side, call: (id: string) => string) => byId(call(side.memberImportId));

/**
 * One right call for every route of the contract. The type is the contract's: a route added tomorrow does not compile
 * until it stands here. Read routes first, then those that change something, then those that end sessions.
 */
export const probes: Record<RouteName, Probe> = {
  'accounts.getSession': { lies: 'none', works: 'chen', call: () => ({}) },
  'accounts.list': { lies: 'none', works: 'admin', call: () => ({ query: page }) },
  'accounts.get': { lies: 'unit', works: 'admin', call: (side) => byId(side.accountId) },
  'audit.list': { lies: 'none', works: 'auditor', call: () => ({ query: page }) },
  'audit.verify': { lies: 'none', works: 'auditor', call: () => ({}) },
  'calendar.list': { lies: 'none', works: 'leader', call: () => ({ query: { year: 2026 } }) },
  'catalogue.list': { lies: 'none', works: 'wang', call: () => ({}) },
  'catalogue.get': {
    lies: 'none',
    works: 'wang',
    call: () => ({ params: { code: 'hospital-consolation' } }),
  },
  'claims.entitlements': { lies: 'none', works: 'chen', call: () => ({}) },
  'claims.entitlement': {
    lies: 'none',
    works: 'chen',
    call: () => ({ params: { code: 'hospital-consolation' } }),
  },
  'cases.listMine': { lies: 'none', works: 'chen', call: () => ({}) },
  'cases.getMine': { lies: 'own', works: 'chen', call: (side) => byId(side.openCase) },
  'cases.list': { lies: 'none', works: 'approver', call: () => ({ query: { view: 'all', ...page } }) },
  'cases.counts': { lies: 'none', works: 'approver', call: () => ({}) },
  'cases.exportList': { lies: 'none', works: 'approver', call: () => ({ query: { reason, view: 'all' } }) },
  'cases.get': { lies: 'unit', works: 'chair', call: (side) => byId(side.openCase) },
  'cases.colleagues': {
    lies: 'unit',
    works: 'chair',
    call: (side) => byId(side.openCase),
  },
  'dashboards.overview': {
    lies: 'unit',
    works: 'leader',
    call: (side) => ({ query: { unionId: side.unionId } }),
  },
  'dashboards.stream': {
    lies: 'unit',
    works: 'leader',
    stream: true,
    call: (side) => ({ query: { unionId: side.unionId } }),
  },
  'disbursements.listFunds': { lies: 'none', works: 'treasurer', call: () => ({}) },
  'disbursements.listTransfers': { lies: 'district', works: 'payer', call: (side) => byId(side.fundId) },
  'disbursements.list': { lies: 'none', works: 'auditor', call: () => ({ query: page }) },
  'disbursements.listBatches': { lies: 'none', works: 'payer', call: () => ({ query: page }) },
  'disbursements.getBatch': { lies: 'district', works: 'payer', call: (side) => byId(side.returnedBatch) },
  'disbursements.listLines': {
    lies: 'district',
    works: 'approver',
    call: (side) => byId(side.returnedBatch),
  },
  'disbursements.batchFile': { lies: 'district', works: 'payer', call: (side) => byId(side.returnedBatch) },
  'disbursements.listExceptions': { lies: 'none', works: 'treasurer', call: () => ({ query: page }) },
  'disbursements.myPaymentDate': { lies: 'none', works: 'chen', call: () => ({}) },
  'files.get': { lies: 'own', works: 'chen', call: (side) => byId(side.fileId) },
  'files.content': { lies: 'evidence', works: 'chair', call: (side) => byId(side.fileId) },
  'memberImports.list': { lies: 'none', works: 'registrar', call: () => ({ query: page }) },
  'memberImports.get': {
    lies: 'district',
    works: 'registrar',
    call: (side) => importFile(side, (id) => id),
  },
  'memberImports.faults': {
    lies: 'district',
    works: 'registrar',
    call: (side) => importFile(side, (id) => id),
  },
  'memberImports.refused': {
    lies: 'district',
    works: 'registrar',
    call: (side) => importFile(side, (id) => id),
  },
  'members.list': { lies: 'none', works: 'auditor', call: () => ({ query: page }) },
  'members.get': { lies: 'unit', works: 'townCadre', call: (side) => byId(side.member.id) },
  'members.history': { lies: 'unit', works: 'chair', call: (side) => byId(side.member.id) },
  'members.exportList': { lies: 'none', works: 'registrar', call: () => ({ query: { reason } }) },
  'members.me': { lies: 'none', works: 'chen', call: () => ({}) },
  'members.myAccessLog': { lies: 'none', works: 'chen', call: () => ({ query: page }) },
  'notifications.list': { lies: 'none', works: 'chen', call: () => ({ query: page }) },
  'unionImports.list': { lies: 'none', works: 'registrar', call: () => ({ query: page }) },
  'unionImports.get': { lies: 'district', works: 'registrar', call: (side) => byId(side.unionImportId) },
  'unionImports.faults': { lies: 'district', works: 'registrar', call: (side) => byId(side.unionImportId) },
  'unionImports.refused': { lies: 'district', works: 'registrar', call: (side) => byId(side.unionImportId) },
  'unions.list': { lies: 'none', works: 'visitor', call: () => ({ query: page }) },
  'unions.tree': { lies: 'unit', works: 'payer', call: (side) => ({ query: { parent: side.unionId } }) },
  'unions.get': { lies: 'unit', works: 'chair', call: (side) => byId(side.unionId) },
  'unions.history': { lies: 'unit', works: 'auditor', call: (side) => byId(side.unionId) },

  'members.disclose': {
    lies: 'unit',
    works: 'registrar',
    call: (side) => byId(side.member.id, { body: { fields: ['phone'], reason } }),
  },
  'members.setBankCard': {
    lies: 'none',
    works: 'chen',
    call: () => ({ body: { number: '6222021234567890128' } }),
  },
  'cases.open': {
    lies: 'none',
    works: 'sun' as Walker,
    call: () => ({ body: { itemCode: 'hospital-consolation' } }),
  },
  'cases.saveAnswers': {
    lies: 'own',
    works: 'li' as Walker,
    before: async ({ t }) => {
      const draft = await t.as('li').cases.open({ body: { itemCode: 'hospital-consolation' } });
      made.set('draft', draft.id);
    },
    call: (side) =>
      byId(made.get('draft') ?? side.openCase, { body: { answers: { hospital: '明岗医院' }, version: 1 } }),
  },
  'cases.withdraw': {
    lies: 'own',
    works: 'li' as Walker,
    call: (side) => byId(made.get('draft') ?? side.openCase),
  },
  'cases.submit': {
    lies: 'own',
    works: 'chen',
    before: async ({ t, near }) => {
      await t
        .as('chair')
        .cases.decide({ params: { id: near.openCase }, body: { outcome: 'return', note: '请补一张票据' } });
      const mine = await t.as('chen').cases.getMine({ params: { id: near.openCase } });
      made.set('version', String(mine.version));
    },
    call: (side) => byId(side.openCase, { body: { version: Number(made.get('version') ?? 1) } }),
  },
  'cases.disclose': {
    lies: 'unit',
    works: 'chair',
    call: (side) => byId(side.openCase, { body: { fields: ['diagnosis'], reason } }),
  },
  'cases.countersign': {
    lies: 'unit',
    takes: true,
    works: 'chair',
    before: newOpenCase,
    call: (side, { t }) =>
      byId(side.openCase, { body: { accountId: t.world.cadres.deputyChair.id, note: '请一起看看' } }),
  },
  'cases.handOver': {
    lies: 'unit',
    takes: true,
    works: 'chair',
    call: (side, { t }) =>
      byId(side.openCase, { body: { accountId: t.world.cadres.deputyChair.id, note: '我出差' } }),
  },
  'cases.decideMany': {
    lies: 'none',
    works: 'chair',
    call: (side) => ({ body: { ids: [side.openCase], outcome: 'approve' } }),
  },
  'cases.decide': {
    lies: 'unit',
    takes: true,
    works: 'siblingChair',
    call: (side) => byId(made.get('case') ?? side.openCase, { body: { outcome: 'approve' } }),
  },
  'claims.chooseVisit': {
    lies: 'unit',
    works: 'approver',
    call: (side) => byId(side.readyCase, { body: { channel: 'home-visit', reason: '行动不便' } }),
  },
  'claims.recordVisit': {
    lies: 'unit',
    works: 'visitor',
    before: async ({ t }) => {
      const { pngPhoto } = await import('../world/photos.ts');
      made.set('photo', await t.upload('visitor', '上门.png', await pngPhoto()));
      made.set('signature', await t.upload('visitor', '签名.png', await pngPhoto()));
    },
    call: (side) =>
      byId(side.readyCase, {
        body: {
          visitedOn: '2026-11-23',
          photoId: made.get('photo') ?? side.fileId,
          signatureId: made.get('signature') ?? side.fileId,
          note: '已当面交付',
        },
      }),
  },
  'disbursements.deposit': {
    lies: 'district',
    works: 'treasurer',
    call: (side) => byId(side.fundId, { body: { amountFen: 1, note: '拨款' } }),
  },
  'disbursements.resolveException': {
    lies: 'district',
    works: 'treasurer',
    call: (side) => byId(side.exceptionId, { body: { resolution: '银行重复寄送' } }),
  },
  'disbursements.correctMyCard': {
    lies: 'own',
    works: 'chen',
    call: (side) => byId(side.failedCase, { body: { bankCard: '6222021234567890128' } }),
  },
  'disbursements.cancelBatch': {
    lies: 'district',
    works: 'treasurer',
    before: newBatch,
    call: (side) => byId(batchNow(side)),
  },
  'disbursements.createBatch': {
    lies: 'district',
    works: 'treasurer',
    call: (side) => ({ body: { fundId: side.fundId } }),
  },
  'disbursements.releaseBatch': {
    lies: 'district',
    works: 'payer',
    before: async ({ t, near }) => {
      const batches = await t.as('payer').disbursements.listBatches({ query: { status: 'locked' } });
      made.set('batch', batches.items.find((batch) => batch.fund.id === near.fundId)!.id);
    },
    call: (side) => byId(batchNow(side)),
  },
  'disbursements.markSent': { lies: 'district', works: 'payer', call: (side) => byId(batchNow(side)) },
  'disbursements.demoReturn': {
    lies: 'district',
    mayBeGone: true,
    works: 'treasurer',
    call: (side) => byId(batchNow(side), { query: { reject: 1 } }),
  },
  'disbursements.importReturn': {
    lies: 'district',
    works: 'treasurer',
    before: async ({ t }) => {
      const file = await t
        .as('treasurer')
        .disbursements.demoReturn({ params: { id: made.get('batch')! }, query: { reject: 1 } });
      made.set('return', (file as Buffer).toString('base64'));
    },
    call: (side) =>
      byId(batchNow(side), { raw: Buffer.from(made.get('return') ?? 'bm90IGEgcmV0dXJu', 'base64') }),
  },
  'disbursements.correctCard': {
    lies: 'unit',
    works: 'treasurer',
    call: (side) => byId(side.failedPaymentId, { body: { note: '已与本人核对' } }),
  },
  'files.begin': { lies: 'none', works: 'wang', call: () => ({ body: { name: '票据.png', size: 3 } }) },
  'files.append': {
    lies: 'own',
    works: 'wang',
    before: async ({ t }) => {
      const begun = await t.as('wang').files.begin({ body: { name: '票据.png', size: 3 } });
      made.set('upload', begun.id);
    },
    call: (side) =>
      byId(made.get('upload') ?? side.looseFileId, { query: { offset: 0 }, raw: Buffer.from('ab') }),
  },
  'files.remove': {
    lies: 'own',
    works: 'chen',
    before: async ({ t }) => {
      const begun = await t.as('chen').files.begin({ body: { name: '多余.png', size: 3 } });
      made.set('spare', begun.id);
    },
    call: (side) => byId(made.get('spare') ?? side.looseFileId),
  },
  'notifications.markRead': { lies: 'own', works: 'chen', call: (side) => byId(side.messageId) },
  'memberImports.preview': {
    lies: 'none',
    works: 'registrar',
    call: () => ({
      query: { fileName: '名册.csv' },
      raw: csv('姓名,证件号码,手机号码,所属工会,入会日期\n王一,1,1,某工会,2026-01-01\n'),
    }),
  },
  'memberImports.commit': {
    lies: 'district',
    works: 'registrar',
    call: (side) => importFile(side, (id) => id),
  },
  'memberImports.discard': {
    lies: 'district',
    works: 'registrar',
    before: async ({ t }) => {
      const run = await t
        .as('registrar')
        .memberImports.preview(
          { query: { fileName: '再来.csv' } },
          { raw: csv('姓名,证件号码,手机号码,所属工会,入会日期\n王二,2,2,某工会,2026-01-01\n') },
        );
      made.set('discard', run.id);
    },
    call: (side) => byId(made.get('discard') ?? side.memberImportId),
  },
  'unionImports.preview': {
    lies: 'none',
    works: 'registrar',
    call: () => ({
      query: { fileName: '工会.csv' },
      raw: csv('工会名称,上级工会,层级,组织形式,建会日期\n新工会委员会,海陵区总工会,60,4,2020-05-01\n'),
    }),
  },
  'unionImports.commit': { lies: 'district', works: 'registrar', call: (side) => byId(side.unionImportId) },
  'unionImports.discard': {
    lies: 'district',
    works: 'registrar',
    before: async ({ t }) => {
      const run = await t.as('registrar').unionImports.preview(
        { query: { fileName: '再来.csv' } },
        {
          raw: csv('工会名称,上级工会,层级,组织形式,建会日期\n再来工会委员会,海陵区总工会,60,4,2020-05-01\n'),
        },
      );
      made.set('discard-union', run.id);
    },
    call: (side) => byId(made.get('discard-union') ?? side.unionImportId),
  },
  // The calendar is everybody's: a grant over one district is not enough.
  'calendar.set': {
    lies: 'city',
    works: 'cityAdmin',
    call: () => ({
      params: { on: '2026-12-24' },
      body: { kind: 'holiday', name: '厂休', source: '海陵区总工会通知' },
    }),
  },
  'calendar.remove': { lies: 'city', works: 'cityAdmin', call: () => ({ params: { on: '2026-12-24' } }) },
  'accounts.create': {
    lies: 'unit',
    works: 'admin',
    call: (side) => ({
      body: {
        username: `probe-${side.owner}-${Math.random().toString(36).slice(2, 8)}`,
        name: '试探',
        role: 'unit-chair',
        unionId: side.unionId,
      },
    }),
  },
  'accounts.addGrant': {
    lies: 'unit',
    works: 'admin',
    call: (side) => byId(side.accountId, { body: { role: 'town-cadre', unionId: side.unionId } }),
  },
  'accounts.removeGrant': {
    lies: 'unit',
    works: 'admin',
    before: async ({ t, near }) => {
      const given = await t.as('admin').accounts.addGrant({
        params: { id: near.accountId },
        body: { role: 'leader', unionId: near.unionId },
      });
      made.set('grant', given.grants.find((grant) => grant.role === 'leader')!.id);
    },
    call: (side) => ({ params: { id: side.accountId, grantId: made.get('grant') ?? side.grantId } }),
  },
  'accounts.setStatus': {
    lies: 'unit',
    works: 'admin',
    call: (side) => byId(side.accountId, { body: { status: 'active', reason: '本人申请解锁' } }),
  },
  'accounts.requestCode': {
    lies: 'none',
    works: 'anonymous',
    call: (side) => ({ body: { phone: side.member.phone } }),
  },
  'accounts.signInMember': {
    lies: 'none',
    works: 'anonymous',
    before: async ({ t, near }) => {
      await t.db((ctx) => ctx.db.deleteFrom('sign_in_code').execute());
      await t.as(null).accounts.requestCode({ body: { phone: near.member.phone } });
      const text = await t.db(async (ctx) => {
        const row = await ctx.db
          .selectFrom('outbox')
          .selectAll()
          .orderBy('id', 'desc')
          .limit(1)
          .executeTakeFirstOrThrow();
        return ctx.pii.unseal({ table: 'outbox', column: 'text_sealed', row: row.id }, row.text_sealed);
      });
      made.set('code', /\d{4,8}/.exec(text)?.[0] ?? '');
    },
    call: (side) => ({ body: { phone: side.member.phone, code: made.get('code') ?? '0000' } }),
  },
  'accounts.signInCadre': {
    lies: 'none',
    works: 'anonymous',
    call: () => ({ body: { username: 'deputychair', password: worldPassword } }),
  },
  'accounts.beginTotp': { lies: 'none', works: 'deputyChair' as Walker, call: () => ({}) },
  'accounts.confirmTotp': {
    lies: 'none',
    works: 'deputyChair' as Walker,
    before: async ({ t }) => {
      const { currentCode } = await import('../../server/modules/accounts/totp.ts');
      const { secret } = await t.as('deputyChair').accounts.beginTotp();
      made.set('totp', currentCode(secret, t.server.platform.clock.now()));
    },
    call: () => ({ body: { code: made.get('totp') ?? '000000' } }),
  },
  'accounts.changePassword': {
    lies: 'none',
    works: 'deputyChair' as Walker,
    call: () => ({ body: { current: worldPassword, next: '新的口令-2026-很长' } }),
  },
  'accounts.signOut': { lies: 'none', works: 'newcomer' as Walker, call: () => ({}) },
};

export const routeNames = Object.entries(contract).flatMap(([module, table]) =>
  Object.keys(table).map((name) => `${module}.${name}` as RouteName),
);
