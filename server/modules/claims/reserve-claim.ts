import { fieldsOf, type Answers } from '@smart-union/catalogue-kit';
import type { Updateable } from 'kysely';
import { together, type Ctx } from '../../kernel/context.ts';
import { insertion, statement } from '../../kernel/db/statement.ts';
import type { Tables } from '../../kernel/tables.gen.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { CaseOwner, FiledCase } from '../cases/index.ts';
import { setBankCard } from '../members/index.ts';
import { assessFor, benefitOf, placeOf, requireEntitled, stayOf, type Use } from './claim-facts.ts';
import { payerOf } from './payers.ts';
import { readClaim } from './read-claim.ts';

const placeTaken = insertion('claim');

const claimKept = statement((db, { caseId, ...set }: Updateable<Tables['claim']> & { caseId: string }) =>
  db.updateTable('claim').set(set).where('case_id', '=', caseId).where('status', '=', 'reserved'),
);

/** The lowest of the member's places in a period that is free, from 1; null when all are taken. */
function freePlace(allowed: number, period: string, uses: readonly Use[]): number | null {
  const used = new Set(uses.filter((use) => use.period === period).map((use) => use.ordinal));
  let ordinal = 1;
  while (used.has(ordinal)) ordinal += 1;
  return ordinal <= allowed ? ordinal : null;
}

/** What a claim takes from the form. */
function toldOf(filed: FiledCase, amountFen: number) {
  const stay = stayOf(filed.definition, filed.answers as Answers);
  return {
    amount_fen: amountFen,
    fact_key: stay ? `stay:${stay.from}` : null,
    stay_from: stay?.from ?? null,
    stay_to: stay?.to ?? null,
  };
}

/** The card given in the form becomes the member's card, sealed; the case keeps only what the form sealed. */
async function keepCard(ctx: Ctx, filed: FiledCase): Promise<void> {
  const field = fieldsOf(filed.definition).find((one) => one.kind === 'bank-card');
  const number = field ? filed.answers[field.id] : undefined;
  if (typeof number === 'string') await setBankCard(ctx, filed.memberId, number);
}

async function submitted(ctx: Ctx, filed: FiledCase): Promise<{ amountFen: number }> {
  const definition = benefitOf(filed.definition);
  const { memberId, id } = filed;
  const answers = filed.answers as Answers;
  // The member's row is the gate: two claims of one person are judged one after the other.
  const [{ facts, uses, assessment }] = await together([
    assessFor(ctx, definition, memberId, answers, id, 'locked'),
    keepCard(ctx, filed),
  ]);
  requireEntitled(assessment);
  const amountFen = assessment.amountFen!;
  const told = toldOf(filed, amountFen);
  if (uses.some((use) => use.case_id === id && use.status === 'reserved')) {
    claimKept.later(ctx, { caseId: id, ...told });
    return { amountFen };
  }
  const { period, allowed } = placeOf(definition, facts);
  const ordinal = freePlace(allowed, period, uses);
  if (ordinal === null) {
    throw new DomainError('claim-not-entitled', {
      reason: '这次申请与刚才的另一次重复，请到「申请进度」查看。',
      reasonEn: 'This repeats another claim you have just made; please look at its progress.',
    });
  }
  // Behind the gate the place is free; the unique index stays the last word.
  placeTaken.later(ctx, {
    case_id: id,
    member_id: memberId,
    union_path: filed.unionPath,
    item_code: filed.itemCode,
    period,
    ordinal,
    allowed,
    channel: definition.payout.channel,
    status: 'reserved',
    created_at: ctx.now,
    ...told,
  });
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
  async cancelled(ctx, filed) {
    await ctx.db
      .updateTable('claim')
      .set({ status: 'released' })
      .where('case_id', '=', filed.id)
      .where('status', '=', 'approved')
      .execute();
    await payerOf().cancelled(ctx, await readClaim(ctx, filed.id));
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
