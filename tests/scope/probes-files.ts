import { byId, made, type Probes } from './probe.ts';

/** Uploads and messages: each is its owner's alone. */
export const fileProbes = {
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
} satisfies Probes;
