import { randomUUID } from 'node:crypto';
import { failJob } from '../world/failed-job.ts';
import { byId, made, type Probes } from './probe.ts';

/** The operator's page: any administrator may look, only that of the whole federation may act. */
export const systemProbes = {
  'system.overview': { lies: 'none', works: 'admin', call: () => ({}) },
  'system.listChecks': { lies: 'none', works: 'admin', call: () => ({}) },
  'system.runCheck': {
    lies: 'city',
    works: 'cityAdmin',
    call: () => ({ params: { name: 'ledger' } }),
  },
  'system.retryJob': {
    lies: 'city',
    works: 'cityAdmin',
    mayBeGone: true,
    before: async ({ t }) => {
      made.set('failed-job', await failJob(t, 'outbox.sweep'));
    },
    call: () => byId(made.get('failed-job') ?? randomUUID()),
  },
} satisfies Probes;
