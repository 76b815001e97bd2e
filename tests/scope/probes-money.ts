import { byId, made, type Probes } from './probe.ts';
import type { Scene, Side } from './scene.ts';

const batchNow = (side: Side) => made.get('batch') ?? side.returnedBatch;

async function newBatch({ t, near }: Scene): Promise<void> {
  const batch = await t.as('treasurer').disbursements.createBatch({ body: { fundId: near.fundId } });
  made.set('batch', batch.id);
}

/** Funds, batches, return files and what goes wrong with them. */
export const moneyProbes = {
  'disbursements.deposit': {
    lies: 'district',
    works: 'treasurer',
    call: (side) => byId(side.fundId, { body: { amountFen: 1, note: '拨款' } }),
  },
  'disbursements.reportRefund': {
    lies: 'unit',
    works: 'treasurer',
    before: async ({ t }) => {
      const { items } = await t.as('treasurer').disbursements.list({ query: { status: 'paid' } });
      made.set('paid', items.find((one) => one.can.includes('refund'))!.id);
    },
    call: (side) => byId(made.get('paid') ?? side.failedPaymentId, { body: { note: '银行退回' } }),
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
} satisfies Probes;
