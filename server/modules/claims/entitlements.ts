import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { describeItem, getItem, listItems, type PublishedItem } from '../cases/index.ts';
import { assessFor } from './claim-facts.ts';

type Claims = typeof contract.claims;
type Entitlement = ReplyOf<Claims['entitlement']>;

const memberOf = (ctx: Ctx) => {
  if (ctx.actor.kind !== 'member') throw new DomainError('permission-missing');
  return ctx.actor.memberId;
};

async function describe(ctx: Ctx, item: PublishedItem, memberId: string): Promise<Entitlement> {
  const [{ assessment }, draft] = await Promise.all([
    assessFor(ctx, item.definition, memberId),
    ctx.db
      .selectFrom('case')
      .select('id')
      .where('member_id', '=', memberId)
      .where('item_code', '=', item.code)
      .where('status', '=', 'draft')
      .executeTakeFirst(),
  ]);
  return {
    ...describeItem(item),
    ok: assessment.ok,
    checks: assessment.checks.map((check) => ({
      rule: check.rule,
      ok: check.ok,
      reason: check.reason,
      reasonEn: check.reasonEn,
      datum: check.datum,
      from: check.from ?? null,
    })),
    amountFen: assessment.amountFen,
    usedThisPeriod: assessment.limit?.used ?? null,
    allowedPerPeriod: assessment.limit?.allowed ?? null,
    promiseWorkingDays: assessment.promise.workingDays,
    from: assessment.from,
    draftId: draft?.id ?? null,
  };
}

/** 我能领什么: every benefit, what she may claim today first. */
export async function listEntitlements(ctx: Ctx): Promise<ReplyOf<Claims['entitlements']>> {
  const memberId = memberOf(ctx);
  const items = (await listItems(ctx)).filter((item) => item.definition.kind === 'benefit');
  const described = await Promise.all(items.map((item) => describe(ctx, item, memberId)));
  const sorted = described.toSorted((a, b) => Number(b.ok) - Number(a.ok));
  return { items: sorted, claimable: sorted.filter((item) => item.ok).length };
}

export async function getEntitlement(
  ctx: Ctx,
  { params }: InputOf<Claims['entitlement']>,
): Promise<Entitlement> {
  const item = await getItem(ctx, params.code);
  if (item.definition.kind !== 'benefit') throw new DomainError('item-unknown');
  return describe(ctx, item, memberOf(ctx));
}
