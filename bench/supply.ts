import { sql } from 'kysely';
import { inSystemContext, type Ctx, type Federation, type Platform } from '../server/kernel/context.ts';
import { hashOf } from '../server/kernel/auth.ts';
import { sealAnswers } from '../server/modules/cases/answers.ts';
import { getItem } from '../server/modules/cases/index.ts';
import { csvBytes, rosterRows, type Base } from './roster.ts';
import { hex, item, longLived, newToken, type World } from './world.ts';

const card = '6222020000000000018';

interface Person {
  id: string;
  name: string;
  union_id: string;
  union_path: string;
}

export interface Draft {
  id: string;
  token: string;
}

export interface ReadyPayment {
  id: string;
  caseNumber: string;
  amountFen: number;
}

/** Makes what a round uses up, before it begins. Nothing is handed out twice. */
export interface Supply {
  /** Drafts complete with receipt, ready to be submitted, with their members' sessions. */
  drafts(count: number): Promise<Draft[]>;
  /** Cases that wait for the district's approval. */
  approvals(count: number): Promise<string[]>;
  /** Payments ready for a batch, in the order in which a batch lists them. */
  payments(count: number): Promise<ReadyPayment[]>;
  /** Rosters (CSV) of new people, so many rows each. */
  rosters(count: number, rows: number): Promise<Buffer[]>;
}

/** Drafts ready to be submitted and cases ready for the district's approval, made as the forms make them. */
async function openCases(
  ctx: Ctx,
  people: Person[],
  kind: 'draft' | 'approval',
  districts: Map<string, string>,
): Promise<Draft[]> {
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

/** Payments of the past made ready once more, with a sealed card and the money reserved for them. */
async function readyPayments(ctx: Ctx, world: World, count: number): Promise<ReadyPayment[]> {
  const taken = await sql<ReadyPayment>`
    update disbursement set status = 'ready', paid_at = null, approved_at = ${ctx.now} where id in (
      select id from disbursement where status = 'paid' and batch_id is null order by id limit ${count})
    returning id, case_number as "caseNumber", amount_fen as "amountFen"`.execute(ctx.db);
  if (taken.rows.length < count) throw new Error('no more payments of the past');
  const ids = taken.rows.map(({ id }) => id);
  const cards = ids.map((id) =>
    ctx.pii.seal({ table: 'disbursement', column: 'bank_card_sealed', row: id }, card),
  );
  await sql`update disbursement d set bank_card_sealed = c.card
    from unnest(${ids}::uuid[], ${cards}::bytea[]) as c (id, card) where d.id = c.id`.execute(ctx.db);
  const of = sql`(select case_id from disbursement where id = any(${ids}::uuid[]))`;
  await sql`update claim set status = 'approved' where case_id in ${of}`.execute(ctx.db);
  await sql`insert into rollup_delta (union_path, metric, period, amount)
    select union_path, 'stage:payment', '', 1 from disbursement where id = any(${ids}::uuid[])`.execute(
    ctx.db,
  );
  const { fund } = world;
  await sql`insert into transfer (id, business_key, kind, fund_id, debit_account_id, credit_account_id, amount_fen, union_path, by_name, at)
    select gen_random_uuid(), 'bench:' || id, 'reserve', ${fund.id}, ${fund.available}, ${fund.reserved}, amount_fen, union_path, '测试', ${ctx.now}
    from disbursement where id = any(${ids}::uuid[])`.execute(ctx.db);
  const sum = taken.rows.reduce((total, { amountFen }) => total + amountFen, 0);
  await sql`update ledger_account set balance_fen = balance_fen + case when id = ${fund.reserved} then ${sum}::bigint else -${sum}::bigint end
    where id in (${fund.available}, ${fund.reserved})`.execute(ctx.db);
  return taken.rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** `first`: how many people the seed has made; rosters go on behind them. */
export function createSupply(
  platform: Platform,
  federation: Federation,
  world: World,
  first: number,
): Supply {
  const system = <T>(work: (ctx: Ctx) => Promise<T>) => inSystemContext(platform, federation, '测试', work);
  let last = '00000000-0000-0000-0000-000000000000';
  let nextPerson = first;
  const cases = (count: number, kind: 'draft' | 'approval') =>
    system(async (ctx) => {
      const people = await ctx.db
        .selectFrom('member')
        .select(['id', 'name', 'union_id', 'union_path'])
        .where('id', '>', last)
        .where(({ not, exists, selectFrom }) =>
          not(exists(selectFrom('case').select('case.id').whereRef('case.member_id', '=', 'member.id'))),
        )
        .orderBy('id')
        .limit(count)
        .execute();
      if (people.length < count) throw new Error('no more members without a case');
      last = people.at(-1)!.id;
      const districts = await ctx.db
        .selectFrom('union')
        .select(['id', 'path'])
        .where('level_code', '=', '40')
        .execute();
      return openCases(ctx, people, kind, new Map(districts.map(({ path, id }) => [path, id])));
    });
  return {
    drafts: (count) => cases(count, 'draft'),
    approvals: async (count) => (await cases(count, 'approval')).map(({ id }) => id),
    payments: (count) => system((ctx) => readyPayments(ctx, world, count)),
    async rosters(count, rows) {
      const bases: Base[] = await system((ctx) =>
        ctx.db
          .selectFrom('union')
          .select(['id', 'path', 'name'])
          .where('level_code', '=', '60')
          .orderBy('path')
          .limit(200)
          .execute(),
      );
      const files: Buffer[] = [];
      for (let made = 0; made < count; made += 1, nextPerson += rows)
        files.push(await csvBytes(rosterRows(bases, rows, nextPerson, '198')));
      return files;
    },
  };
}
