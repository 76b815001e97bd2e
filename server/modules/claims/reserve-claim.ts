import { fieldsOf, type Answers } from '@smart-union/catalogue-kit';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { CaseOwner, FiledCase } from '../cases/index.ts';
import { setBankCard } from '../members/index.ts';
import { assessFor, benefitOf, placeOf, requireEntitled, stayOf } from './claim-facts.ts';
import { payerOf } from './payers.ts';
import { readClaim } from './read-claim.ts';

interface Place {
  period: string;
  allowed: number;
}

/**
 * Takes one of the member's places for the period. The unique index decides between two taps: the loser tries the
 * next free place, and when there is none the claim is refused although both read "one left".
 */
async function takePlace(ctx: Ctx, filed: FiledCase, place: Place, amountFen: number): Promise<boolean> {
  const definition = benefitOf(filed.definition);
  const stay = stayOf(definition, filed.answers as Answers);
  const taken = await ctx.db
    .selectFrom('claim')
    .select('ordinal')
    .where('member_id', '=', filed.memberId)
    .where('item_code', '=', filed.itemCode)
    .where('period', '=', place.period)
    .where('status', '!=', 'released')
    .execute();
  const used = new Set(taken.map((row) => row.ordinal));
  for (let ordinal = 1; ordinal <= place.allowed; ordinal += 1) {
    if (used.has(ordinal)) continue;
    const inserted = await ctx.db
      .insertInto('claim')
      .values({
        case_id: filed.id,
        member_id: filed.memberId,
        union_path: filed.unionPath,
        item_code: filed.itemCode,
        period: place.period,
        ordinal,
        allowed: place.allowed,
        fact_key: stay ? `stay:${stay.from}` : null,
        stay_from: stay?.from ?? null,
        stay_to: stay?.to ?? null,
        amount_fen: amountFen,
        channel: definition.payout.channel,
        status: 'reserved',
        created_at: ctx.now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('case_id')
      .executeTakeFirst();
    if (inserted) return true;
  }
  return false;
}

/** The card given in the form becomes the member's card, sealed; the case keeps only what the form sealed. */
async function keepCard(ctx: Ctx, filed: FiledCase): Promise<void> {
  const field = fieldsOf(filed.definition).find((one) => one.kind === 'bank-card');
  const number = field ? filed.answers[field.id] : undefined;
  if (typeof number === 'string') await setBankCard(ctx, filed.memberId, number);
}

async function submitted(ctx: Ctx, filed: FiledCase): Promise<{ amountFen: number }> {
  const definition = benefitOf(filed.definition);
  // The member's row is the gate: two claims of one person are judged one after the other.
  await ctx.db.selectFrom('member').select('id').where('id', '=', filed.memberId).forUpdate().execute();
  const { facts, assessment } = await assessFor(
    ctx,
    definition,
    filed.memberId,
    filed.answers as Answers,
    filed.id,
  );
  requireEntitled(assessment);
  const amountFen = assessment.amountFen!;
  const stay = stayOf(definition, filed.answers as Answers);
  const kept = await ctx.db
    .updateTable('claim')
    .set({
      amount_fen: amountFen,
      fact_key: stay ? `stay:${stay.from}` : null,
      stay_from: stay?.from ?? null,
      stay_to: stay?.to ?? null,
    })
    .where('case_id', '=', filed.id)
    .where('status', '=', 'reserved')
    .returning('case_id')
    .executeTakeFirst();
  if (!kept && !(await takePlace(ctx, filed, placeOf(definition, facts), amountFen))) {
    const again = await assessFor(ctx, definition, filed.memberId, filed.answers as Answers, filed.id);
    requireEntitled(again.assessment);
    throw new DomainError('claim-not-entitled', {
      reason: '这次申请与刚才的另一次重复，请到「申请进度」查看。',
    });
  }
  await keepCard(ctx, filed);
  return { amountFen };
}

/** Claims own every case of kind 'benefit'. */
export const claimOwner: CaseOwner = {
  async mayOpen(ctx, definition, memberId) {
    requireEntitled((await assessFor(ctx, definition, memberId)).assessment);
  },
  submitted,
  async approved(ctx, filed) {
    const mark = ctx.db.updateTable('claim').set({ status: 'approved' }).where('case_id', '=', filed.id);
    ctx.later(mark.compile());
    await payerOf().approved(ctx, await readClaim(ctx, filed.id));
  },
  async released(ctx, filed) {
    const mark = ctx.db.updateTable('claim').set({ status: 'released' }).where('case_id', '=', filed.id);
    ctx.later(mark.compile());
  },
  async checks(ctx, filed) {
    const { assessment } = await assessFor(
      ctx,
      filed.definition,
      filed.memberId,
      filed.answers as Answers,
      filed.id,
    );
    return assessment.checks;
  },
};
