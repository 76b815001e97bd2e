import { sql } from 'kysely';
import type { Assessment } from '@smart-union/catalogue-kit';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { together, type Ctx } from '../../kernel/context.ts';
import { statement } from '../../kernel/db/statement.ts';
import { DomainError } from '../../kernel/errors.ts';
import { describeItem, getItem, listItems, type PublishedItem } from '../cases/index.ts';
import { assessAll, assessFor } from './claim-facts.ts';

type Claims = typeof contract.claims;
type Entitlement = ReplyOf<Claims['entitlement']>;

const memberOf = (ctx: Ctx) => {
  if (ctx.actor.kind !== 'member') throw new DomainError('permission-missing');
  return ctx.actor.memberId;
};

/** Her drafts, one an item. */
const draftsOf = statement((db, { memberId }: { memberId: string }) =>
  db
    .selectFrom('case')
    .select(['id', 'item_code'])
    .where('member_id', '=', memberId)
    .where('status', '=', sql.lit('draft')),
);

function describe(item: PublishedItem, assessment: Assessment, draftId: string | null): Entitlement {
  return {
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
    draftId,
    ...describeItem(item),
  };
}

/** 我能领什么: every benefit, what she may claim today first. */
export async function listEntitlements(ctx: Ctx): Promise<ReplyOf<Claims['entitlements']>> {
  const memberId = memberOf(ctx);
  const wanted = listItems(ctx).then((all) => all.filter((item) => item.definition.kind === 'benefit'));
  const [items, assessments, drafts] = await together([
    wanted,
    assessAll(ctx, memberId, wanted),
    draftsOf(ctx, { memberId }),
  ]);
  const draftOf = new Map(drafts.map((draft) => [draft.item_code, draft.id]));
  const described = items.map((item) =>
    describe(item, assessments.get(item.code)!, draftOf.get(item.code) ?? null),
  );
  const sorted = described.toSorted((a, b) => Number(b.ok) - Number(a.ok));
  return { items: sorted, claimable: sorted.filter((item) => item.ok).length };
}

export async function getEntitlement(
  ctx: Ctx,
  { params }: InputOf<Claims['entitlement']>,
): Promise<Entitlement> {
  const item = await getItem(ctx, params.code);
  if (item.definition.kind !== 'benefit') throw new DomainError('item-unknown');
  const memberId = memberOf(ctx);
  const [{ assessment }, drafts] = await together([
    assessFor(ctx, item.definition, memberId),
    draftsOf(ctx, { memberId }),
  ]);
  return describe(item, assessment, drafts.find((draft) => draft.item_code === item.code)?.id ?? null);
}
