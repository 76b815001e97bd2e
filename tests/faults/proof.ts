import { sql } from 'kysely';
import { verifyAudit } from '../../server/kernel/audit.ts';
import { inSystemContext, type Ctx, type Federation, type Platform } from '../../server/kernel/context.ts';
import { reconcileRollups } from '../../server/modules/dashboards/index.ts';
import { reconcileLedger } from '../../server/modules/disbursements/index.ts';

/** A claim that was carried from the phone to the card, and what it must have paid. */
export interface Carried {
  memberId: string;
  caseId: string;
  amountFen: number;
}

/** What one claim leaves behind when everything happened exactly once. */
const traceOf = (fen: number) => ({
  cases: ['closed'],
  claims: [`paid ${fen}`],
  payments: [`paid ${fen}`],
  lines: [`ok ${fen}`],
  batches: [`reconciled 1 ${fen}`],
  returns: ['1'],
  transfers: [`reserve ${fen}`, `send ${fen}`, `settle ${fen}`],
  decisions: ['district approve', 'unit approve'],
  arrived: ['1'],
  twice: [],
  audited: ['batch.locked', 'batch.released', 'batch.sent', 'case.approved', 'case.closed', 'return.read'],
});

async function readTrace(ctx: Ctx, { memberId, caseId }: Carried): Promise<Record<string, string[]>> {
  const read = async (query: ReturnType<typeof sql<{ one: string }>>) =>
    (await query.execute(ctx.db)).rows.map(({ one }) => one);
  const ofBatch = sql`select batch_id from disbursement where case_id = ${caseId}`;
  return {
    cases: await read(sql`select status as one from "case" where member_id = ${memberId}`),
    claims: await read(
      sql`select status || ' ' || amount_fen as one from claim where member_id = ${memberId}`,
    ),
    payments: await read(
      sql`select status || ' ' || amount_fen as one from disbursement where member_id = ${memberId}`,
    ),
    lines: await read(
      sql`select l.result || ' ' || l.amount_fen as one from payment_line l
        join disbursement d on d.id = l.disbursement_id where d.member_id = ${memberId}`,
    ),
    batches: await read(
      sql`select status || ' ' || line_count || ' ' || total_fen as one from payment_batch
        where id in (select l.batch_id from payment_line l join disbursement d on d.id = l.disbursement_id
          where d.member_id = ${memberId})`,
    ),
    returns: await read(sql`select row_count::text as one from bank_return where batch_id in (${ofBatch})`),
    transfers: await read(
      sql`select kind || ' ' || amount_fen as one from transfer where member_id = ${memberId} order by 1`,
    ),
    decisions: await read(
      sql`select split_part(stage, '-', 1) || ' ' || outcome as one from decision where case_id = ${caseId} order by 1`,
    ),
    arrived: await read(
      sql`select count(*)::text as one from message where member_id = ${memberId} and title like '%已到账'`,
    ),
    twice: await read(
      sql`select title as one from message where member_id = ${memberId} group by title having count(*) > 1`,
    ),
    audited: await read(
      sql`select kind as one from audit_event where subject_id = ${caseId} and kind in ('case.approved', 'case.closed')
        union all
        select kind from audit_event where subject_id in (${ofBatch}) and kind <> 'batch.file-read' order by 1`,
    ),
  };
}

/**
 * Everything about these claims that is missing, doubled or does not add up, as sentences; none when all is well. Looks at
 * the rows, the ledger's proof, the figures' proof and the audit chain, each in a snapshot of its own.
 */
export async function findFaults(
  platform: Platform,
  federation: Federation,
  carried: readonly Carried[],
): Promise<string[]> {
  const inSystem = <T>(work: (ctx: Ctx) => Promise<T>) => inSystemContext(platform, federation, '测试', work);
  const faults: string[] = [];
  for (const claim of carried) {
    const found = await inSystem((ctx) => readTrace(ctx, claim));
    for (const [what, wanted] of Object.entries(traceOf(claim.amountFen))) {
      const actual = found[what] ?? [];
      if (actual.join() !== wanted.join()) faults.push(`${what}: [${actual.join()}], not [${wanted.join()}]`);
    }
  }
  for (const drift of await inSystem(reconcileLedger))
    faults.push(`ledger: ${drift.text} ${drift.actualFen}, not ${drift.expectedFen}`);
  const drifts = await inSystem((ctx) => reconcileRollups(ctx, { repair: false }));
  for (const drift of drifts ?? []) faults.push(`figure: ${JSON.stringify(drift)}`);
  const chain = await inSystem(verifyAudit);
  if (!chain.ok) faults.push(`audit: ${chain.reason} at ${chain.brokenAt}`);
  return faults;
}
