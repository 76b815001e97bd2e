import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { noteCheck, progressOf } from '../../kernel/health/checks.ts';
import { defineJob } from '../../kernel/jobs.ts';
import { reconcileLedger, type LedgerDrift } from './reconcile-ledger.ts';

/** A drift of thousands of rows has one cause; its first lines tell it. */
const driftsReported = 20;

/** Every night: proves the ledger to the fen. What does not fit goes into log and audit and is never repaired by itself. */
export const proveLedger = defineJob({
  name: 'disbursements.prove-ledger',
  schedule: { dailyAt: '03:10' },
  timeoutSeconds: 1800,
  async run(ctx: Ctx) {
    let drifts: LedgerDrift[] = [];
    await noteCheck(ctx, 'ledger', async () => {
      drifts = await reconcileLedger(ctx, progressOf(ctx, 'ledger'));
      return { ok: drifts.length === 0, faults: drifts.length, rows: null, place: drifts[0]?.id ?? null };
    });
    if (drifts.length === 0) return;
    const first = drifts.slice(0, driftsReported);
    ctx.log.error({ count: drifts.length, first }, 'disbursements: the ledger does not balance');
    await record(ctx, {
      kind: 'ledger.drifted',
      subject: 'ledger',
      subjectId: null,
      unionPath: 'f',
      data: { count: drifts.length, first },
    });
  },
});
