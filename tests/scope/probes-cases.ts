import { fileClaim } from './file-claim.ts';
import type { Walker } from './people.ts';
import { byId, made, reason, type Probes } from './probe.ts';
import type { Scene } from './scene.ts';

async function newOpenCase({ t }: Scene): Promise<void> {
  const filed = await fileClaim(t, 'li', 9, '明岗医院');
  made.set('case', filed.id);
}

/** A case from its draft to its decision or visit, and the member's own data it needs. */
export const caseProbes = {
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
  'cases.cancelApproval': {
    lies: 'unit',
    works: 'otherApprover' as Walker,
    before: async ({ t }) => {
      const { id } = await fileClaim(t, 'li', 10, '明岗医院');
      const approve = { params: { id }, body: { outcome: 'approve' } } as const;
      await t.as('siblingChair').cases.decide(approve);
      await t.as('approver').cases.decide(approve);
      made.set('approved', id);
    },
    call: (side) => byId(made.get('approved') ?? side.readyCase, { body: { reason: '误批' } }),
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
} satisfies Probes;
