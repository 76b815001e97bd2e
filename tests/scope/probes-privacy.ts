import { byId, made, reason, type Probes } from './probe.ts';

/** Requests for a second person: the asker's own, decided by an auditor over the place. */
export const privacyProbes = {
  'privacy.list': { lies: 'none', works: 'chair', call: () => ({}) },
  'privacy.ask': {
    lies: 'none',
    works: 'treasurer',
    call: (side) => ({ body: { kind: 'opening', memberNumber: side.memberNumber, reason } }),
  },
  'privacy.decide': {
    lies: 'district',
    works: 'auditor',
    call: (side) => byId(side.requestId, { body: { outcome: 'grant', minutes: 10 } }),
  },
  'privacy.open': {
    lies: 'own',
    works: 'treasurer',
    before: async ({ t, near }) => {
      const asked = await t
        .as('treasurer')
        .privacy.ask({ body: { kind: 'opening', memberNumber: near.memberNumber, reason } });
      await t.as('auditor').privacy.decide({ params: { id: asked.id }, body: { outcome: 'grant' } });
      made.set('opening', asked.id);
    },
    call: (side) => byId(made.get('opening') ?? side.openCase, { body: { fields: ['phone'] } }),
  },
} satisfies Probes;
