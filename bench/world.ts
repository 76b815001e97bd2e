import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { seed } from '../server/commands/seed.ts';
import { hashOf } from '../server/kernel/auth.ts';
import { inSystemContext, type Ctx, type Federation, type Platform } from '../server/kernel/context.ts';
import { getItem } from '../server/modules/cases/index.ts';
import { reconcileRollups } from '../server/modules/dashboards/index.ts';
import { addMoney, openFund } from '../server/modules/disbursements/index.ts';

export interface Scale {
  unions: number;
  members: number;
  cases: number;
}

/** What both servers and the load need to know. */
export interface World {
  url: string;
  schema: string;
  city: string;
  district: string;
  /** A union of some hundred members, for lists that are taken out whole. */
  town: { id: string; path: string; members: number };
  period: string;
  fund: { id: string; available: string; reserved: string; inTransit: string; paid: string };
  /** The key of the blind index, hex: the bare server looks people up by the same hash. */
  indexKey: string;
  barePort: number;
  /** Where the bare server keeps files. */
  folder: string;
  tokens: Record<'registrar' | 'worklist' | 'approver' | 'treasurer' | 'payer', string>;
  idNumbers: string[];
  /** Sessions of members who have applied before. */
  members: string[];
}

export const item = 'hospital-consolation';
export const hex = (bytes: Buffer) => `\\x${bytes.toString('hex')}`;
export const newToken = () => randomBytes(32).toString('base64url');
export const longLived = {
  seen_at: new Date('2099-01-01T00:00:00Z'),
  expires_at: new Date('2099-01-01T00:00:00Z'),
};

async function cadre(ctx: Ctx, role: string, union: { id: string; path: string }): Promise<string> {
  const [id, token] = [ctx.id(), newToken()];
  await ctx.db
    .insertInto('account')
    .values({
      id,
      username: `bench-${role}-${token.slice(0, 6)}`,
      name: '测试干部',
      password_hash: '',
      totp_confirmed_at: ctx.now,
      status: 'active',
      created_at: ctx.now,
    })
    .execute();
  const grant = { id: ctx.id(), account_id: id, role, from_on: '2020-01-01', granted_at: ctx.now };
  await ctx.db
    .insertInto('grant')
    .values({ ...grant, union_id: union.id, union_path: union.path })
    .execute();
  const session = { token_hash: hashOf(token), csrf_token: '', created_at: ctx.now, ...longLived };
  await ctx.db
    .insertInto('session')
    .values({ ...session, kind: 'cadre', account_id: id })
    .execute();
  return token;
}

/** Cases of the past and open ones, one per member: seven in ten paid, three in twenty under way. */
async function pastCases(ctx: Ctx, version: number, every: number, fundId: string): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(ctx.db);
  await run('set local statement_timeout = 0');
  await run(`create temporary table past on commit drop as
    select (lpad(to_hex(1750000000000 + n * 40000), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid as id,
      n, n / ${every} % 20 as k, m.id as member_id, m.name, m.union_id, m.union_path,
      array_to_string((string_to_array(m.union_path, '.'))[1:3], '.') as district,
      timestamptz '2026-01-02 02:00Z' + n % 300 * interval '1 day' as at
    from (select *, row_number() over (order by id) as n from member) m where n % ${every} = 0`);
  await run(`insert into "case" (id, number, kind, item_code, item_version, member_id, applicant_name, union_id, union_path,
      status, stage, version, answers, amount_fen, due_on, promised_on, opened_at, submitted_at, submitted_on, decided_at, updated_at)
    select id, 'HI2026-' || n, 'benefit', '${item}', ${version}, member_id, name, union_id, union_path,
      case when k < 14 then 'approved' when k < 16 then 'declined' when k < 19 then 'in_review' else 'returned' end,
      case when k = 16 then 'unit-review' when k in (17, 18) then 'district-approval' end, 3,
      '{"hospital": "示例医院", "admittedOn": "2026-01-02", "dischargedOn": "2026-01-09"}', 10000,
      case when k in (16, 17, 18) then current_date + (n % 5)::int - 2 end, at::date + 2, at, at, at::date,
      case when k < 16 then at + interval '1 day' end, at from past`);
  await run(`insert into claim (case_id, member_id, union_path, item_code, period, ordinal, allowed, amount_fen, channel, status, created_at)
    select id, member_id, union_path, '${item}', '2026', 1, 2, 10000, 'bank-card', case when k < 14 then 'paid' else 'reserved' end, at
    from past where k < 14 or k > 15`);
  await run(`insert into disbursement (id, case_id, case_number, instalment, member_id, payee_name, union_id, union_path, fund_id,
      amount_fen, channel, bank_card_masked, status, approved_at, paid_at)
    select gen_random_uuid(), id, 'HI2026-' || n, 1, member_id, name, union_id, union_path, '${fundId}', 10000, 'bank-card',
      '6222 **** 0018', 'paid', at + interval '1 day', at + interval '2 days' from past where k < 14`);
  await run(`insert into decision (id, case_id, member_id, case_path, stage, round, account_id, name, office, outcome, at)
    select gen_random_uuid(), p.id, member_id, union_path, s.stage, 1, null, '往年', '往年', 'approve', at
    from past p, (values ('unit-review'), ('district-approval')) as s (stage) where k < 14 or k in (17, 18) and s.stage = 'unit-review'`);
  await run(`insert into task (id, case_id, member_id, case_path, stage, round, permission, union_id, union_path, quorum, due_on, opened_at, closed_at, closed_as)
    select gen_random_uuid(), p.id, member_id, union_path, s.stage, 1, s.permission, u.id, u.path, 1, current_date + (n % 5)::int - 2, at,
      case when k < 16 or k = 19 or (k > 16 and s.stage = 'unit-review') then at end, null
    from past p, (values ('unit-review', 'cases.review'), ('district-approval', 'cases.approve')) as s (stage, permission),
      "union" u where u.path = case when s.stage = 'unit-review' then p.union_path else p.district end
      and (s.stage = 'unit-review' or k not in (16, 19))`);
}

/** Sessions of members with an application; the ids of cases rise with the day, so they are of many unions. */
async function memberSessions(ctx: Ctx, count: number): Promise<string[]> {
  const people = await ctx.db.selectFrom('case').select('member_id').orderBy('id').limit(count).execute();
  const sessions = people.map(({ member_id }) => ({ member_id, token: newToken() }));
  await ctx.db
    .insertInto('session')
    .values(
      sessions.map(({ member_id, token }) => ({
        token_hash: hashOf(token),
        kind: 'member',
        member_id,
        csrf_token: '',
        created_at: ctx.now,
        ...longLived,
      })),
    )
    .execute();
  return sessions.map(({ token }) => token);
}

export interface Filling {
  platform: Platform;
  federation: Federation;
  scale: Scale;
  indexKey: string;
  barePort: number;
  folder: string;
  tell(text: string): void;
}

/** No second person is asked for lists up to so many rows; the load takes out a town's. */
const exportRows = 3000;

/** The largest town whose list may be taken out so. */
async function townOf(ctx: Ctx): Promise<World['town']> {
  await ctx.db
    .insertInto('privacy_setting')
    .values({ name: 'export-rows', from_on: ctx.today, set_at: ctx.now, value: exportRows, reason: '测试' })
    .execute();
  const found = await sql<World['town']>`
    select u.id, u.path, t.members from (
      select array_to_string((string_to_array(union_path, '.'))[1:4], '.') as path, count(*)::int as members
      from member group by 1 having count(*) <= ${exportRows}
    ) as t join "union" u on u.path = t.path where u.level_code = '50' order by t.members desc limit 1`.execute(
    ctx.db,
  );
  const [town] = found.rows;
  if (!town) throw new Error('no town with a list short enough');
  return town;
}

/** Fills the federation: unions and members by the roster's own way, cases by SQL. */
export async function fillWorld(filling: Filling): Promise<World> {
  const { platform, federation, scale, tell } = filling;
  const system = <T>(work: (ctx: Ctx) => Promise<T>) => inSystemContext(platform, federation, '测试', work);
  const begun = Date.now();
  await seed(platform, federation, scale, () => {});
  const perSecond = Math.round((scale.members * 1000) / (Date.now() - begun));
  tell(`会员 ${scale.members}，每秒 ${perSecond}`);
  const world = await system(async (ctx) => {
    const unions = await ctx.db
      .selectFrom('union')
      .select(['id', 'path', 'level_code'])
      .where('level_code', 'in', ['30', '40'])
      .orderBy('path')
      .execute();
    const city = unions.find((union) => union.level_code === '30')!;
    const district = unions.findLast((union) => union.level_code === '40')!;
    const fund = await openFund(ctx, { code: 'universal-benefit', name: '测试资金', unionId: city.id });
    await addMoney(ctx, fund, { key: 'bench', amountFen: 100_000_000_000, note: '测试' });
    const { version } = await getItem(ctx, item);
    // Spread over all unions, so that every district's worklist has its share.
    await pastCases(ctx, version, Math.floor(scale.members / scale.cases), fund.id);
    const sealed = await ctx.db
      .selectFrom('member')
      .select(['id', 'id_number_sealed'])
      .orderBy('id_number_index')
      .limit(2000)
      .execute();
    const idNumbers = sealed.map((row) =>
      ctx.pii.unseal({ table: 'member', column: 'id_number_sealed', row: row.id }, row.id_number_sealed),
    );
    const { accounts } = fund;
    return {
      url: platform.database.ownerUrl,
      schema: federation.schema,
      city: city.path,
      district: district.path,
      town: await townOf(ctx),
      period: ctx.today.slice(0, 4),
      fund: {
        id: fund.id,
        available: accounts.available.id,
        reserved: accounts.reserved.id,
        inTransit: accounts['in-transit'].id,
        paid: accounts.paid.id,
      },
      indexKey: filling.indexKey,
      barePort: filling.barePort,
      folder: filling.folder,
      tokens: {
        registrar: await cadre(ctx, 'district-registrar', city),
        worklist: await cadre(ctx, 'district-approver', district),
        approver: await cadre(ctx, 'district-approver', city),
        treasurer: await cadre(ctx, 'treasurer', city),
        payer: await cadre(ctx, 'payer', city),
      },
      idNumbers,
      members: await memberSessions(ctx, 1000),
    };
  });
  tell(`申请 ${scale.cases}`);
  // Rows written past the use cases left no deltas behind; the server would find out and put it right while it is measured.
  await system((ctx) => reconcileRollups(ctx, { repair: true }));
  return world;
}
