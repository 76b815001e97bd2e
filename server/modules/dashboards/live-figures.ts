import { sql } from 'kysely';
import type { RawBuilder } from 'kysely';

/**
 * What each rollup must equal, counted from the rows themselves: (union_path, metric, period, amount) of a union's own.
 * These are the definitions of the wall's figures; whoever adds a delta elsewhere follows them.
 *
 * Years are the current one and days the last thirty-one: earlier periods are history nobody corrects. Joining counts
 * for a day only when it is noted on that day, so of the days only today can be counted again.
 * `newForms` are the occupations that count as new forms of employment.
 */
export function liveFigures(today: string, newForms: readonly string[]): RawBuilder<unknown>[] {
  const yearStart = `${today.slice(0, 4)}-01-01`;
  const dayStart = new Date(Date.parse(`${today}T00:00:00Z`) - 30 * 86_400_000).toISOString().slice(0, 10);
  const inShanghai = (column: string) => sql.raw(`(${column} at time zone 'Asia/Shanghai')::date`);
  /** Rows (union_path, on_date, amount) as figures of their year and of their recent days. */
  const perPeriod = (metric: string, rows: RawBuilder<unknown>): RawBuilder<unknown>[] => [
    sql`select union_path, ${metric}::text, to_char(on_date, 'YYYY'), sum(amount) from (${rows}) as r
      where on_date >= ${yearStart}::date group by 1, 3`,
    sql`select union_path, ${metric}::text, on_date::text, sum(amount) from (${rows}) as r
      where on_date >= ${dayStart}::date group by 1, 3`,
  ];
  const members = (metric: string, condition: RawBuilder<unknown>): RawBuilder<unknown> =>
    sql`select union_path, ${metric}::text, '', count(*) from member where status <> 'left' and ${condition} group by 1`;
  const paid = sql`select union_path, ${inShanghai('paid_at')} as on_date, amount_fen, fund_id, case_id
    from disbursement where status = 'paid'`;
  // Promise and fund are noted when the fold tells the payment; until then they are rightly absent.
  const told = sql`not exists (select 1 from happening h where h.case_id = p.case_id and h.kind = 'paid')`;
  return [
    members('members', sql`true`),
    members('segment:women', sql`sex = 'female'`),
    members('segment:migrant', sql`migrant_worker`),
    members('segment:new-form', sql`occupation = any (${[...newForms]}::text[])`),
    sql`select path, 'unions', '', 1 from "union" where status = 'active'`,
    sql`select path, 'employees', '', staff_count from "union" where status = 'active' and staff_count > 0`,
    sql`select union_path, 'joined', to_char(joined_on, 'YYYY'), count(*) from member
      where status <> 'left' and joined_on >= ${yearStart}::date group by 1, 3`,
    sql`select union_path, 'joined', ${today}::text, count(*) from member
      where status <> 'left' and joined_on = ${today}::date group by 1`,
    ...perPeriod(
      'claims',
      sql`select union_path, submitted_on as on_date, 1 as amount from "case" where submitted_on is not null`,
    ),
    sql`select union_path, 'in-progress', '', count(*) from "case" where stage is not null group by 1`,
    sql`select union_path, 'stage:' || stage, '', count(*) from "case" where stage is not null group by 1, 2`,
    sql`select union_path, 'stage:payment', '', count(*) from disbursement
      where status in ('ready', 'batched', 'sent', 'failed', 'exception', 'visit-due') group by 1`,
    ...perPeriod('paid-count', sql`select union_path, on_date, 1 as amount from (${paid}) as p`),
    ...perPeriod('paid-fen', sql`select union_path, on_date, amount_fen as amount from (${paid}) as p`),
    sql`select p.union_path, 'paid-on-time', to_char(on_date, 'YYYY'), count(*) from (${paid}) as p
      join "case" c on c.id = p.case_id
      where on_date >= ${yearStart}::date and ${told} and (c.promised_on is null or on_date <= c.promised_on) group by 1, 3`,
    sql`select union_path, 'fund:' || fund_id, to_char(on_date, 'YYYY'), sum(amount_fen) from (${paid}) as p
      where on_date >= ${yearStart}::date and ${told} group by 1, 2, 3`,
  ];
}

/** The metrics that liveFigures() defines; medians are proved apart, by taking them anew. */
export const provedMetrics = [
  'members',
  'segment:women',
  'segment:migrant',
  'segment:new-form',
  'unions',
  'employees',
  'joined',
  'claims',
  'in-progress',
  'stage:%',
  'paid-count',
  'paid-fen',
  'paid-on-time',
  'fund:%',
];
