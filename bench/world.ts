import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { getItem } from '../server/modules/cases/index.ts';
import { sealAnswers } from '../server/modules/cases/answers.ts';
import { seed } from '../server/commands/seed.ts';
import { hashOf } from '../server/kernel/auth.ts';
import { inSystemContext, type Ctx, type Federation, type Platform } from '../server/kernel/context.ts';
import { reconcileRollups } from '../server/modules/dashboards/index.ts';
import { addMoney, openFund } from '../server/modules/disbursements/index.ts';

export interface Scale {
  unions: number;
  members: number;
  cases: number;
  /** So many drafts to submit and as many cases to approve, for both servers together. */
  writes: number;
}

/** What both servers and the load need to know. */
export interface World {
  url: string;
  schema: string;
  city: string;
  district: string;
  period: string;
  fund: { id: string; available: string; reserved: string };
  /** The key of the blind index, hex: the bare server looks people up by the same hash. */
  indexKey: string;
  barePort: number;
  tokens: { registrar: string; worklist: string; approver: string };
  idNumbers: string[];
  drafts: { id: string; token: string }[];
  approvals: string[];
}

const item = 'hospital-consolation';
const card = '6222020000000000018';
const hex = (bytes: Buffer) => `\\x${bytes.toString('hex')}`;
const newToken = () => randomBytes(32).toString('base64url');

interface Person {
  id: string;
  name: string;
  union_id: string;
  union_path: string;
}

const longLived = { seen_at: new Date('2099-01-01T00:00:00Z'), expires_at: new Date('2099-01-01T00:00:00Z') };

async function cadre(
  ctx: Ctx,
  role: string,
  union: { id: string; path: string },
): Promise<{ id: string; token: string }> {
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
  return { id, token };
}

/** Cases of the past and open ones, one per member: seven in ten paid, two in twenty wait at their district. */
async function pastCases(ctx: Ctx, version: number, from: number, every: number): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(ctx.db);
  await run('set local statement_timeout = 0');
  await run(`create temporary table past on commit drop as
    select (lpad(to_hex(1750000000000 + n * 40000), 12, '0') || '7' || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid as id,
      n, n / ${every} % 20 as k, m.id as member_id, m.name, m.union_id, m.union_path,
      array_to_string((string_to_array(m.union_path, '.'))[1:3], '.') as district,
      timestamptz '2026-01-02 02:00Z' + n % 300 * interval '1 day' as at
    from (select *, row_number() over (order by id) as n from member) m where n > ${from} and n % ${every} = 0`);
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

/** Drafts ready to be submitted and cases ready for the district's approval, made as the forms make them. */
async function openCases(
  ctx: Ctx,
  people: Person[],
  kind: 'draft' | 'approval',
  districts: Map<string, string>,
): Promise<{ id: string; token: string }[]> {
  const { definition, version } = await getItem(ctx, item);
  const rows = people.map((person) => {
    const [id, file, token] = [ctx.id(), ctx.id(), newToken()];
    const answers = {
      receipts: [file],
      hospital: '示例市人民医院',
      admittedOn: '2026-06-02',
      dischargedOn: '2026-06-09',
      diagnosis: '肺炎',
      bankCard: card,
    };
    const { plain, sealed } = sealAnswers(ctx, definition, id, answers);
    const place = { table: 'member', column: 'bank_card_sealed', row: person.id };
    const district = person.union_path.split('.').slice(0, 3).join('.');
    return {
      ...person,
      id,
      member: person.id,
      file,
      token,
      tokenHash: hex(hashOf(token)),
      task: ctx.id(),
      decision: ctx.id(),
      answers: plain,
      sealed: hex(sealed!),
      card: hex(ctx.pii.seal(place, card)),
      district,
      districtId: districts.get(district)!,
    };
  });
  for (let from = 0; from < rows.length; from += 500) {
    const some = JSON.stringify(rows.slice(from, from + 500));
    const r = sql`json_to_recordset(${some}::json) as r (id uuid, member uuid, name text, union_id uuid, union_path text,
      file uuid, "tokenHash" bytea, task uuid, decision uuid, answers jsonb, sealed bytea, card bytea, district text, "districtId" uuid)`;
    const draft = kind === 'draft';
    await sql`insert into "case" (id, number, kind, item_code, item_version, member_id, applicant_name, union_id, union_path,
        status, stage, answers, answers_sealed, amount_fen, due_on, opened_at, submitted_at, submitted_on, updated_at)
      select id, ${draft ? null : 'OP'}::text || id, 'benefit', ${item}, ${version}, member, name, union_id, union_path,
        ${draft ? 'draft' : 'in_review'}, ${draft ? null : 'district-approval'}, answers, sealed, ${draft ? null : 10000}::bigint,
        ${draft ? null : ctx.today}::date, ${ctx.now}, ${draft ? null : ctx.now}::timestamptz, ${draft ? null : ctx.today}::date, ${ctx.now}
      from ${r}`.execute(ctx.db);
    await sql`insert into file (id, owner_member_id, union_path, name, size, received, media_type, width, height, sha256,
        stored_as, preview_as, status, created_at)
      select file, member, union_path, '票据.jpg', 9, 9, 'image/jpeg', 3, 3, sha256('x'), repeat('a', 64), repeat('a', 64), 'ready', ${ctx.now}
      from ${r}`.execute(ctx.db);
    await sql`update member m set bank_card_sealed = r.card, bank_card_masked = '6222 **** 0018' from ${r} where m.id = r.member`.execute(
      ctx.db,
    );
    if (draft) {
      await sql`insert into session (token_hash, kind, member_id, csrf_token, created_at, seen_at, expires_at)
        select "tokenHash", 'member', member, '', ${ctx.now}, ${longLived.seen_at}, ${longLived.expires_at} from ${r}`.execute(
        ctx.db,
      );
      continue;
    }
    await sql`insert into claim (case_id, member_id, union_path, item_code, period, ordinal, allowed, amount_fen, channel, status, created_at)
      select id, member, union_path, ${item}, ${ctx.today.slice(0, 4)}, 1, 2, 10000, 'bank-card', 'reserved', ${ctx.now} from ${r}`.execute(
      ctx.db,
    );
    await sql`insert into decision (id, case_id, member_id, case_path, stage, round, name, office, outcome, at)
      select decision, id, member, union_path, 'unit-review', 1, '单位', '单位', 'approve', ${ctx.now} from ${r}`.execute(
      ctx.db,
    );
    await sql`insert into task (id, case_id, member_id, case_path, stage, round, permission, union_id, union_path, quorum, due_on, opened_at)
      select task, id, member, union_path, 'district-approval', 1, 'cases.approve', "districtId", district, 1, ${ctx.today}::date, ${ctx.now}
      from ${r}`.execute(ctx.db);
  }
  return rows.map(({ id, token }) => ({ id, token }));
}

export interface Filling {
  platform: Platform;
  federation: Federation;
  scale: Scale;
  indexKey: string;
  barePort: number;
  tell(text: string): void;
}

/** Fills the federation: unions and members by the roster's own way, cases by SQL. */
export async function fillWorld({
  platform,
  federation,
  scale,
  indexKey,
  barePort,
  tell,
}: Filling): Promise<World> {
  const system = <T>(work: (ctx: Ctx) => Promise<T>) => inSystemContext(platform, federation, '测试', work);
  const begun = Date.now();
  await seed(platform, federation, scale, () => {});
  const perSecond = Math.round((scale.members * 1000) / (Date.now() - begun));
  tell(`会员 ${scale.members}，每秒 ${perSecond}`);
  const each = scale.writes;
  await system(async (ctx) => {
    const { version } = await getItem(ctx, item);
    // Spread over all unions, so that every district's worklist has its share.
    await pastCases(ctx, version, each * 2, Math.floor(scale.members / scale.cases));
  });
  tell(`申请 ${scale.cases}`);
  const world = await system(async (ctx) => {
    const unions = await ctx.db
      .selectFrom('union')
      .select(['id', 'path', 'level_code'])
      .where('level_code', 'in', ['30', '40'])
      .orderBy('path')
      .execute();
    const city = unions.find((union) => union.level_code === '30')!;
    const districts = unions.filter((union) => union.level_code === '40');
    const byPath = new Map(districts.map(({ path, id }) => [path, id]));
    const people = await ctx.db
      .selectFrom('member')
      .select(['id', 'name', 'union_id', 'union_path'])
      .orderBy('id')
      .limit(each * 2)
      .execute();
    const fund = await openFund(ctx, { code: 'universal-benefit', name: '测试资金', unionId: city.id });
    await addMoney(ctx, fund, { key: 'bench', amountFen: 100_000_000_000, note: '测试' });
    const drafts = await openCases(ctx, people.slice(0, each), 'draft', byPath);
    const approvals = await openCases(ctx, people.slice(each), 'approval', byPath);
    const sealed = await ctx.db
      .selectFrom('member')
      .select(['id', 'id_number_sealed'])
      .orderBy('id_number_index')
      .limit(2000)
      .execute();
    const idNumbers = sealed.map((row) =>
      ctx.pii.unseal({ table: 'member', column: 'id_number_sealed', row: row.id }, row.id_number_sealed),
    );
    const [registrar, worklist, approver] = [
      await cadre(ctx, 'district-registrar', city),
      await cadre(ctx, 'district-approver', districts.at(-1)!),
      await cadre(ctx, 'district-approver', city),
    ];
    return {
      url: platform.database.ownerUrl,
      schema: federation.schema,
      city: city.path,
      district: districts.at(-1)!.path,
      period: ctx.today.slice(0, 4),
      fund: { id: fund.id, available: fund.accounts.available.id, reserved: fund.accounts.reserved.id },
      indexKey,
      barePort,
      tokens: { registrar: registrar.token, worklist: worklist.token, approver: approver.token },
      idNumbers,
      drafts,
      approvals: approvals.map(({ id }) => id),
    };
  });
  // Rows written past the use cases left no deltas behind; the server would find out and put it right while it is measured.
  await system((ctx) => reconcileRollups(ctx, { repair: true }));
  return world;
}
