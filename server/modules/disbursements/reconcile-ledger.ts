import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';

/** A sum that is not what the rows say, down to the row. Amounts in fen. */
export interface LedgerDrift {
  /** 'account': balance against its transfers; 'payment': a payment against its transfers; 'line': a bank line against its payment. */
  what: 'account' | 'payment' | 'line' | 'batch';
  /** Id of the row. */
  id: string;
  expectedFen: number;
  actualFen: number;
  text: string;
}

/** Balance = what came in − what went out, for every account. */
const accounts = sql<LedgerDrift>`
  select 'account' as what, a.id::text, coalesce(t.sum, 0)::bigint as "expectedFen", a.balance_fen as "actualFen",
    f.name || ' ' || a.kind || ' 的余额与流水不符' as text
  from ledger_account a
  join fund f on f.id = a.fund_id
  left join (
    select account, sum(amount) as sum from (
      select credit_account_id as account, amount_fen as amount from transfer
      union all select debit_account_id, -amount_fen from transfer) as legs
    group by account) as t on t.account = a.id
  where a.balance_fen <> coalesce(t.sum, 0)`;

/**
 * Every payment's own transfers: what they left reserved, in transit and paid must be what its status says. With the
 * accounts' sums proved above, the funds' balances then equal the sums of the payments.
 */
const paymentsProof = sql<LedgerDrift>`
  with net as (
    select disbursement_id as id,
      coalesce(sum(amount_fen) filter (where kind in ('reserve', 'reject', 'refund')), 0)
        - coalesce(sum(amount_fen) filter (where kind in ('send', 'visit', 'release')), 0) as reserved,
      coalesce(sum(amount_fen) filter (where kind = 'send'), 0)
        - coalesce(sum(amount_fen) filter (where kind in ('settle', 'reject')), 0) as transit,
      coalesce(sum(amount_fen) filter (where kind in ('settle', 'visit')), 0)
        - coalesce(sum(amount_fen) filter (where kind = 'refund'), 0) as paid
    from transfer where disbursement_id is not null group by disbursement_id
  ), away as (
    select l.disbursement_id as id from payment_line l join payment_batch b on b.id = l.batch_id
    where l.result in ('pending', 'exception') and b.status in ('exported', 'sent', 'returned')
  ), expected as (
    select d.id, d.case_number, d.amount_fen,
      case when d.status = 'paid' then 'paid' when d.status = 'cancelled' then 'none'
        when away.id is not null then 'transit' else 'reserved' end as place
    from disbursement d left join away on away.id = d.id
  )
  select 'payment' as what, coalesce(e.id, n.id)::text as id, coalesce(e.amount_fen, 0)::bigint as "expectedFen",
    (case e.place when 'paid' then n.paid when 'transit' then n.transit when 'reserved' then n.reserved
      else n.reserved + n.transit + n.paid end)::bigint as "actualFen",
    '款项 ' || coalesce(e.case_number, '?') || ' 与流水不符' as text
  from expected e full join net n on n.id = e.id
  where e.id is null or n.id is null
    or n.paid <> (case when e.place = 'paid' then e.amount_fen else 0 end)
    or n.transit <> (case when e.place = 'transit' then e.amount_fen else 0 end)
    or n.reserved <> (case when e.place = 'reserved' then e.amount_fen else 0 end)`;

/** A line of a bank file pays what its payment is. */
const lines = sql<LedgerDrift>`
  select 'line' as what, l.batch_id::text || ' ' || l.sequence as id, d.amount_fen as "expectedFen",
    l.amount_fen as "actualFen", '批次 ' || b.number || ' 第 ' || l.sequence || ' 笔金额与款项不符' as text
  from payment_line l
  join disbursement d on d.id = l.disbursement_id
  join payment_batch b on b.id = l.batch_id
  where l.amount_fen <> d.amount_fen`;

/** A batch's total is the sum of its lines; those taken out before the release count no more. */
const batches = sql<LedgerDrift>`
  select 'batch' as what, b.id::text, l.sum::bigint as "expectedFen", b.total_fen as "actualFen",
    '批次 ' || b.number || ' 的合计与明细不符' as text
  from payment_batch b
  join (select batch_id, sum(amount_fen) as sum, count(*) as count from payment_line
    where result <> 'cancelled' group by batch_id) as l on l.batch_id = b.id
  where b.status <> 'cancelled' and (l.sum <> b.total_fen or l.count <> b.line_count)`;

/**
 * Proves the money: balances = sums of transfers; every payment's transfers stand where its status says, so in transit =
 * sum of what is at the bank and paid = sum of what arrived; lines and batches = their payments. Returns every row that
 * does not fit; nothing is repaired. Compares within one snapshot, so it must be the first work of its transaction.
 */
export async function reconcileLedger(
  ctx: Pick<Ctx, 'db' | 'oneSnapshot'>,
  tell: (done: number, total: number) => Promise<void> = async () => {},
): Promise<LedgerDrift[]> {
  ctx.oneSnapshot();
  await sql`set local statement_timeout = '15min'`.execute(ctx.db);
  const found: LedgerDrift[] = [];
  const proofs = [accounts, paymentsProof, lines, batches];
  for (const [done, proof] of proofs.entries()) {
    await tell(done, proofs.length);
    found.push(...(await proof.execute(ctx.db)).rows);
  }
  return found;
}
