import { sql } from 'kysely';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { noteCheck } from '../../kernel/health/checks.ts';
import { defineJob } from '../../kernel/jobs.ts';
import { lastDays } from './periods.ts';
import { reconcileRollups, type Drift } from './reconcile-rollups.ts';

const dayFiguresKept = 62;
const momentsKept = 31;
/** A drift of thousands of figures has one cause; its first lines tell it. */
const driftsReported = 20;

/**
 * Every night: proves the figures, writes a drift into log and audit, puts it right, and clears what no view reads any
 * more. A drift means that somewhere a delta is missing or wrong, so it is never silent, though it is repaired.
 */
export const proveFigures = defineJob({
  name: 'dashboards.prove-figures',
  schedule: { dailyAt: '02:40' },
  timeoutSeconds: 1800,
  async run(ctx: Ctx) {
    let drifts: Drift[] = [];
    await noteCheck(ctx, 'figures', async () => {
      const found = await reconcileRollups(ctx, { repair: true });
      if (found === null) throw new Error('a fold was under way; the queue will try again');
      drifts = found;
      return { ok: found.length === 0, faults: found.length, rows: null, place: found[0]?.metric ?? null };
    });
    if (drifts.length > 0) {
      const first = drifts.slice(0, driftsReported);
      ctx.log.error({ count: drifts.length, first }, 'dashboards: figures had drifted from the rows');
      await record(ctx, {
        kind: 'dashboards.drifted',
        subject: 'rollup',
        subjectId: null,
        unionPath: 'f',
        data: { count: drifts.length, first },
      });
    }
    await clearOldFigures(ctx);
  },
});

async function clearOldFigures(ctx: Ctx): Promise<void> {
  const [oldestDay] = lastDays(ctx.today, dayFiguresKept);
  await sql`delete from rollup where length(period) = 10 and period < ${oldestDay}`.execute(ctx.db);
  const [oldestMoment] = lastDays(ctx.today, momentsKept);
  await sql`delete from moment where at < ${oldestMoment}::date`.execute(ctx.db);
}
