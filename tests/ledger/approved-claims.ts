import { luhnCheckDigit } from '@smart-union/catalogue-kit/checks/bank-card.ts';
import type { TestApp } from '../database/test-app.ts';
import type { CadreName, MemberName } from '../world/world.ts';
import type { Ctx } from '../../server/kernel/context.ts';
import { setBankCard } from '../../server/modules/members/index.ts';
import { openFund, type Fund } from '../../server/modules/disbursements/funds.ts';
import { payer } from '../../server/modules/disbursements/pay-claim.ts';

const benefitFund = 'universal-benefit';

/** A made-up card that passes Luhn; each number gives another. */
export function testCard(number: number): string {
  const digits = `622202${String(number).padStart(12, '0')}`;
  return `${digits}${luhnCheckDigit(digits)}`;
}

/** The district's fund with money in it. */
export async function fundWith(t: TestApp, amountFen: number, code = benefitFund): Promise<Fund> {
  const fund = await t.db((ctx) =>
    openFund(ctx, { code, name: '普惠服务资金', unionId: t.world.unions.hailing.id }),
  );
  if (amountFen > 0)
    await t
      .as('treasurer')
      .disbursements.deposit({ params: { id: fund.id }, body: { amountFen, note: '上级拨款' } });
  return fund;
}

/** Runs as a cadre would, over the whole federation: the money's side of what her decision does. */
export const asCadre = <T>(t: TestApp, cadre: CadreName, work: (ctx: Ctx) => Promise<T>) =>
  t.db((ctx) => {
    const { id, name } = t.world.cadres[cadre];
    const actor = {
      kind: 'cadre',
      accountId: id,
      name,
      office: '海陵区总工会',
      grants: [],
      memberId: null,
      personIndex: null,
    } as const;
    return work({ ...ctx, actor });
  });

interface Wanted {
  member?: MemberName;
  amountFen?: number;
  /** Who approved it, for four eyes. */
  by?: CadreName;
  card?: string | null;
  channel?: 'bank-card' | 'home-visit';
  fund?: string;
}

let serial = 0;

/** An approved claim as `claims` hands it over: case, claim, decision, card; paid from the district's fund. Gives the case's id. */
export function approveClaim(t: TestApp, wanted: Wanted = {}): Promise<string> {
  const { member = 'chen', by = 'approver', card = testCard(serial), channel = 'bank-card' } = wanted;
  return asCadre(t, by, async (ctx) => {
    const memberId = t.world.members[member].id;
    if (card) await setBankCard(ctx, memberId, card);
    const { amountFen = 10_000, fund = benefitFund } = wanted;
    return insertApproved(t, ctx, { memberId, by, channel, amountFen, fund });
  });
}

export async function insertApproved(
  t: TestApp,
  ctx: Ctx,
  wanted: { memberId: string; fund: string } & Required<Pick<Wanted, 'by' | 'channel' | 'amountFen'>>,
): Promise<string> {
  const { memberId, amountFen, channel } = wanted;
  const member = await ctx.db
    .selectFrom('member')
    .select(['name', 'union_id', 'union_path'])
    .where('id', '=', memberId)
    .executeTakeFirstOrThrow();
  const caseId = ctx.id();
  const ordinal = (serial += 1);
  const caseNumber = `TE2026-${String(ordinal).padStart(6, '0')}`;
  const account = await ctx.db
    .selectFrom('account')
    .select(['id', 'name', 'person_index'])
    .where('id', '=', t.world.cadres[wanted.by].id)
    .executeTakeFirstOrThrow();
  const place = { union_id: member.union_id, union_path: member.union_path };
  await ctx.db
    .insertInto('case')
    .values({
      ...place,
      id: caseId,
      number: caseNumber,
      kind: 'benefit',
      item_code: 'hospital-consolation',
      item_version: 1,
      member_id: memberId,
      applicant_name: member.name,
      status: 'approved',
      answers: '{}',
      amount_fen: amountFen,
      opened_at: ctx.now,
      submitted_at: ctx.now,
      submitted_on: ctx.today,
      updated_at: ctx.now,
    })
    .execute();
  await ctx.db
    .insertInto('decision')
    .values({
      id: ctx.id(),
      case_id: caseId,
      member_id: memberId,
      case_path: member.union_path,
      stage: 'district',
      round: 1,
      account_id: account.id,
      person_index: account.person_index,
      name: account.name,
      office: '海陵区总工会',
      outcome: 'approve',
      at: ctx.now,
    })
    .execute();
  await ctx.db
    .insertInto('claim')
    .values({
      case_id: caseId,
      member_id: memberId,
      union_path: member.union_path,
      item_code: 'hospital-consolation',
      period: 'test',
      ordinal,
      allowed: ordinal,
      amount_fen: amountFen,
      channel,
      status: 'approved',
      created_at: ctx.now,
    })
    .execute();
  await payer.approved(ctx, {
    caseId,
    caseNumber,
    memberId,
    unionPath: member.union_path,
    itemCode: 'hospital-consolation',
    amountFen,
    channel,
    fund: wanted.fund,
  });
  return caseId;
}

/** A batch of everything ready, released and sent. Gives its id. */
export async function sentBatch(t: TestApp, fund: Fund): Promise<string> {
  const batch = await t.as('treasurer').disbursements.createBatch({ body: { fundId: fund.id } });
  const call = { params: { id: batch.id } };
  await t.as('payer').disbursements.releaseBatch(call);
  await t.as('payer').disbursements.markSent(call);
  return batch.id;
}
