import { sql } from 'kysely';
import { verifyAnchoredAudit } from '../audit-anchor.ts';
import { record } from '../audit.ts';
import type { Ctx } from '../context.ts';
import { defineJob } from '../jobs.ts';
import { noteCheck, progressOf } from './checks.ts';

/** The newest runs that are kept, of each kind. */
const runsKept = 400;

/**
 * Every night: walks the audit log's chains and compares them with the heads kept outside the database. A break goes into
 * log and audit; it is never repaired.
 */
export const proveAudit = defineJob({
  name: 'audit.prove-chain',
  schedule: { dailyAt: '03:50' },
  timeoutSeconds: 3600,
  async run(ctx: Ctx) {
    // A year of a city is millions of rows.
    await sql`set local statement_timeout = '15min'`.execute(ctx.db);
    const found = await noteCheck(ctx, 'audit', async () => {
      const { ok, rows, brokenAt } = await verifyAnchoredAudit(ctx, progressOf(ctx, 'audit'));
      return { ok, rows, faults: ok ? 0 : 1, place: brokenAt === null ? null : String(brokenAt) };
    });
    if (!found.ok) ctx.log.error({ place: found.place }, 'audit: the chain is broken');
    await record(ctx, {
      kind: 'audit.verified',
      subject: 'audit',
      subjectId: null,
      unionPath: 'f',
      data: { ok: found.ok, rows: found.rows },
    });
    await sql`
      delete from check_run where id in (
        select id from (select id, row_number() over (partition by kind order by started_at desc) as place from check_run)
          as numbered where place > ${runsKept})`.execute(ctx.db);
  },
});
