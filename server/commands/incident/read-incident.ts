import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';

export interface Window {
  from: Date;
  to: Date;
  /** Null: every account. */
  accountId: string | null;
}

/** Every time somebody's data was opened or left in a file: one row per person and time. */
const touched = ({ from, to, accountId }: Window) => sql`
  touched as (
    select account_id, who, office, member_id, at, false as exported, array_to_string(fields, '、') as kinds
    from access_event
    where at >= ${from} and at < ${to} and (${accountId}::uuid is null or account_id = ${accountId}::uuid)
    union all
    select e.account_id, e.who, e.office, m::uuid, e.at, true, '名单（脱敏）'
    from export_event e cross join lateral unnest(e.member_ids) as m
    where e.at >= ${from} and e.at < ${to} and (${accountId}::uuid is null or e.account_id = ${accountId}::uuid)
  )`;

const counts = sql`count(*)::int as times, count(distinct t.member_id)::int as persons,
  count(distinct t.member_id) filter (where not t.exported)::int as opened,
  count(distinct t.member_id) filter (where t.exported)::int as exported`;

export interface Counts {
  times: number;
  persons: number;
  /** Persons of whom sealed fields were opened, and of whom a row left in a file. */
  opened: number;
  exported: number;
}

export async function readIncident(ctx: Ctx, window: Window) {
  // Months of a city are millions of rows.
  await sql`set local statement_timeout = '15min'`.execute(ctx.db);
  const ask = async <R>(rest: ReturnType<typeof sql>) =>
    (await sql<R>`with ${touched(window)} ${rest}`.execute(ctx.db)).rows;
  const [total] = await ask<Counts>(sql`select ${counts} from touched t`);
  const accounts = await ask<Counts & { username: string | null; who: string; office: string }>(sql`
    select a.username, t.who, t.office, ${counts} from touched t left join account a on a.id = t.account_id
    group by a.username, t.who, t.office order by persons desc, t.who`);
  const unions = await ask<Counts & { name: string }>(sql`
    select u.name, ${counts} from touched t join member m on m.id = t.member_id join "union" u on u.id = m.union_id
    group by u.id, u.name order by persons desc, u.name`);
  const persons = await ask<{
    number: string;
    name: string;
    union_name: string;
    phone: string | null;
    kinds: string;
    first: Date;
    last: Date;
    by: string;
  }>(sql`
    select m.member_number as number, m.name, u.name as union_name, m.phone_masked as phone,
      string_agg(distinct t.kinds, '；') as kinds, min(t.at) as first, max(t.at) as last,
      string_agg(distinct t.who, '、') as by
    from touched t join member m on m.id = t.member_id join "union" u on u.id = m.union_id
    group by m.id, u.name order by u.name, m.member_number`);
  const looks = await ask<{
    at: Date;
    who: string;
    office: string;
    number: string;
    kinds: string;
    reason: string;
  }>(
    sql`select e.at, e.who, e.office, m.member_number as number, array_to_string(e.fields, '、') as kinds, e.reason
      from access_event e join member m on m.id = e.member_id
      where e.at >= ${window.from} and e.at < ${window.to}
        and (${window.accountId}::uuid is null or e.account_id = ${window.accountId}::uuid) order by e.at, e.id`,
  );
  const files = await ask<{
    at: Date;
    number: string;
    who: string;
    office: string;
    rows: string;
    reason: string;
  }>(
    sql`select e.at, e.number, e.who, e.office, e.row_count as rows, e.reason from export_event e
      where e.at >= ${window.from} and e.at < ${window.to}
        and (${window.accountId}::uuid is null or e.account_id = ${window.accountId}::uuid) order by e.at, e.id`,
  );
  return { total: total!, accounts, unions, persons, looks, files };
}

export type Incident = Awaited<ReturnType<typeof readIncident>>;
