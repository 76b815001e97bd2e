import { sql } from 'kysely';
import { holdsOver } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { statement } from '../../kernel/db/statement.ts';
import type { CaseFollowUp, FiledCase } from '../cases/index.ts';
import { involvedIn } from './four-eyes.ts';
import { yuan } from './ledger.ts';
import { isTakeable } from './take-back.ts';

type Entry = CaseFollowUp['entries'][number];

const entry = (
  at: Date,
  kind: Entry['kind'],
  text: string,
  textEn: string,
  note: string | null = null,
): Entry => ({
  at: at.toISOString(),
  kind,
  text,
  textEn,
  office: null,
  note,
  dueOn: null,
});

interface Line {
  result: string;
  reason: string | null;
  settledAt: Date | null;
  masked: string;
  preparedAt: Date;
  sentAt: Date | null;
}

function lineEntries(line: Line): Entry[] {
  const tail = line.masked.slice(-4);
  const entries = [
    entry(line.preparedAt, 'payment-prepared', '付款已安排', 'The payment was put into a bank batch'),
  ];
  if (line.sentAt)
    entries.push(
      entry(
        line.sentAt,
        'payment-sent',
        `已送银行，打到尾号 ${tail} 的卡`,
        `Sent to the bank, card ending in ${tail}`,
      ),
    );
  if (line.result === 'rejected' && line.settledAt)
    entries.push(
      entry(
        line.settledAt,
        'payment-failed',
        '银行没能付款，请更换银行卡',
        'The bank could not pay; please give another card',
        line.reason,
      ),
    );
  return entries;
}

interface Standing {
  id: string;
  status: string;
  channel: string;
  union_path: string;
  batch_status: string | null;
}

/** What the cadre who looks may do with the payment: exactly what the routes would not refuse. */
async function actsOn(ctx: Ctx, filed: FiledCase, payment: Standing): Promise<string[]> {
  const { actor } = ctx;
  if (actor.kind !== 'cadre' || filed.definition.kind !== 'benefit') return [];
  const { payout } = filed.definition;
  const approves = holdsOver(actor, 'cases.approve', payment.union_path);
  const visits = holdsOver(actor, 'disbursements.visit', payment.union_path);
  if (!approves && !visits) return [];
  const apart = (await involvedIn(ctx, actor, [payment.id])).size === 0;
  const other = payment.channel === 'home-visit' ? 'bank-card' : 'home-visit';
  const open = ['ready', 'failed', 'visit-due'].includes(payment.status);
  const reroutes = open && [payout.channel, ...(payout.alternatives ?? [])].includes(other);
  return [
    ...(approves && reroutes ? ['change-channel'] : []),
    ...(visits && apart && payment.status === 'visit-due' ? ['visit'] : []),
    ...(approves && apart && isTakeable(payment.status, payment.batch_status) ? ['cancel'] : []),
  ];
}

const paymentOf = statement((db, { caseId }: { caseId: string }) =>
  db
    .selectFrom('disbursement')
    .leftJoin('payment_batch', 'payment_batch.id', 'disbursement.batch_id')
    .select([
      'disbursement.id',
      'disbursement.status',
      'disbursement.channel',
      'disbursement.amount_fen',
      'disbursement.paid_at',
      'disbursement.union_path',
      'payment_batch.status as batch_status',
    ])
    .where('case_id', '=', caseId)
    .orderBy('instalment', 'desc')
    .limit(1),
);

const linesOf = statement((db, { caseId }: { caseId: string }) =>
  db
    .selectFrom('payment_line')
    .innerJoin('disbursement', 'disbursement.id', 'payment_line.disbursement_id')
    .innerJoin('payment_batch', 'payment_batch.id', 'payment_line.batch_id')
    .select([
      'payment_line.result',
      'payment_line.reason',
      'payment_line.settled_at as settledAt',
      'payment_line.bank_card_masked as masked',
      'payment_batch.created_at as preparedAt',
      'payment_batch.sent_at as sentAt',
    ])
    .where('disbursement.case_id', '=', caseId)
    .where('payment_line.result', '!=', 'cancelled')
    .orderBy('payment_batch.created_at'),
);

/** What the payment adds to a case's timeline: prepared, sent, refused, arrived; no cadre's name. */
export async function followUp(ctx: Ctx, filed: FiledCase): Promise<CaseFollowUp> {
  const nothing: CaseFollowUp = { entries: [], paymentStatus: null, channel: null, can: [], paidAt: null };
  if (filed.status !== 'approved' && filed.status !== 'closed') return nothing;
  const [[payment], lines] = await Promise.all([
    paymentOf(ctx, { caseId: filed.id }),
    linesOf(ctx, { caseId: filed.id }),
  ]);
  if (!payment) return nothing;
  const entries = lines.flatMap(lineEntries);
  if (payment.paid_at) {
    const visit = payment.channel === 'home-visit';
    const sum = yuan(payment.amount_fen);
    entries.push(
      visit
        ? entry(
            payment.paid_at,
            'visited',
            `工会上门慰问，送上 ${sum} 元`,
            `The union visited and handed over ¥${sum}`,
          )
        : entry(payment.paid_at, 'paid', `${sum} 元已到账`, `¥${sum} has arrived`),
    );
  }
  return {
    entries,
    paymentStatus: payment.status,
    channel: payment.channel as CaseFollowUp['channel'],
    can: await actsOn(ctx, filed, payment),
    paidAt: payment.paid_at,
  };
}

const standings = statement((db, { memberId }: { memberId: string }) =>
  db
    .selectFrom('disbursement')
    .innerJoin('case', 'case.id', 'disbursement.case_id')
    .distinctOn('disbursement.case_id')
    .select(['disbursement.case_id', 'disbursement.status'])
    .where('case.member_id', '=', memberId)
    .where('case.status', 'in', [sql.lit('approved'), sql.lit('closed')])
    .orderBy('disbursement.case_id')
    .orderBy('disbursement.instalment', 'desc'),
);

/** How the last payment of each of a member's approved cases stands, by case. */
export async function standingsOf(ctx: Ctx, memberId: string): Promise<Map<string, string>> {
  const rows = await standings(ctx, { memberId });
  return new Map(rows.map((row) => [row.case_id, row.status]));
}
