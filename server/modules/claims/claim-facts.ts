import {
  assess,
  countedOn,
  periodOf,
  type Answers,
  type Assessment,
  type BenefitDefinition,
  type Facts,
  type ItemDefinition,
} from '@smart-union/catalogue-kit';
import { checkIdNumber } from '@smart-union/catalogue-kit/checks/id-number.ts';
import { together, type Ctx } from '../../kernel/context.ts';
import { statement } from '../../kernel/db/statement.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Sealed } from '../../kernel/sealed.ts';

export function benefitOf(definition: ItemDefinition): BenefitDefinition {
  if (definition.kind !== 'benefit') throw new Error(`${definition.code} pays nothing`);
  return definition;
}

/** The stay a form tells of, as the item's own rule names its fields; null where an item has no such rule. */
export function stayOf(definition: ItemDefinition, answers: Answers): { from: string; to: string } | null {
  const rule = definition.eligibility.find((one) => one.rule === 'noOverlappingStay');
  if (!rule) return null;
  const { fromField, toField } = rule.params as { fromField: string; toField: string };
  const [from, to] = [answers[fromField], answers[toField]];
  return typeof from === 'string' && typeof to === 'string' ? { from, to } : null;
}

const claimant = statement((db, { memberId }: { memberId: string }, shape) => {
  const found = db
    .selectFrom('member')
    .innerJoin('union', 'union.id', 'member.union_id')
    .select(['member.status', 'member.joined_on', 'member.id_number_sealed', 'union.name as union_name'])
    .where('member.id', '=', memberId);
  return shape === 'locked' ? found.forUpdate('member') : found;
});

/** Of one item, or of all. */
const usesOf = statement((db, { memberId, code }: { memberId: string; code: string | undefined }) => {
  const uses = db
    .selectFrom('claim')
    .innerJoin('case', 'case.id', 'claim.case_id')
    .select([
      'claim.item_code',
      'claim.case_id',
      'claim.period',
      'claim.ordinal',
      'claim.status',
      'claim.stay_from',
      'claim.stay_to',
      'case.number',
      'case.submitted_on',
    ])
    .where('claim.member_id', '=', memberId)
    .where('claim.status', '!=', 'released')
    .orderBy('claim.created_at');
  return code === undefined ? uses : uses.where('claim.item_code', '=', code);
});

/** What a member's places for an item are taken by. */
export type Use = Awaited<ReturnType<typeof usesOf>>[number];

/** Reads the claimant and what she has used: of the item `code`, or of every one. */
async function readClaimant(ctx: Ctx, memberId: string, code?: string, shape: 'read' | 'locked' = 'read') {
  // Sent together and done in order: behind the member's lock, the uses are those of whoever held it before.
  const [[found], uses] = await Promise.all([
    claimant(ctx, { memberId }, shape),
    usesOf(ctx, { memberId, code }),
  ]);
  if (!found) throw new DomainError('thing-not-found');
  const member: Facts['member'] = {
    status: found.status as Facts['member']['status'],
    joinedOn: found.joined_on,
    unionName: found.union_name,
    get bornOn() {
      return bornOn(ctx, memberId, found.id_number_sealed);
    },
  };
  return { member, uses };
}

/** What the rules may look at today. `without`: a claim to leave out, being judged again. */
function factsOf(
  ctx: Ctx,
  member: Facts['member'],
  uses: readonly Use[],
  answers?: Answers,
  without?: string,
): Facts {
  const counted = uses.filter((use) => use.case_id !== without);
  return {
    today: ctx.today,
    member,
    uses: counted.map((use) => ({
      submittedOn: use.submitted_on ?? ctx.today,
      period: use.period,
      caseNumber: use.number ?? '',
      ...(use.status === 'paid' ? {} : { pending: true as const }),
    })),
    previousStays: counted.flatMap((use) =>
      use.stay_from && use.stay_to
        ? [{ from: use.stay_from, to: use.stay_to, caseNumber: use.number ?? '' }]
        : [],
    ),
    ...(answers ? { answers } : {}),
  };
}

/**
 * The day of birth, from the ID number the machine opens; nobody sees it. Undefined for papers that do not tell it. Opened only
 * for a rule that asks.
 */
function bornOn(ctx: Ctx, memberId: string, sealed: Sealed): string | undefined {
  const place = { table: 'member', column: 'id_number_sealed', row: memberId };
  const checked = checkIdNumber(ctx.pii.unseal(place, sealed));
  return checked.ok ? checked.bornOn : undefined;
}

/** The period a claim would be counted in, and how many are allowed in it; null where the item has no limit. */
export function placeOf(definition: BenefitDefinition, facts: Facts): { period: string; allowed: number } {
  const { limit } = definition;
  if (!limit) return { period: 'unlimited', allowed: 2_000_000_000 };
  return { period: periodOf(limit.per, countedOn(limit, facts)).key, allowed: limit.times };
}

/** Throws `claim-not-entitled` with the first reason in the member's words, when the rules say no. */
export function requireEntitled(assessment: Assessment): void {
  if (assessment.ok) return;
  const check = assessment.checks.find((one) => !one.ok)!;
  throw new DomainError('claim-not-entitled', {
    reason: check.reason,
    reasonEn: check.reasonEn,
    ...(assessment.from ? { from: assessment.from } : {}),
  });
}

export const assessFor = async (
  ctx: Ctx,
  definition: ItemDefinition,
  memberId: string,
  answers?: Answers,
  without?: string,
  shape: 'read' | 'locked' = 'read',
) => {
  const { member, uses } = await readClaimant(ctx, memberId, definition.code, shape);
  const facts = factsOf(ctx, member, uses, answers, without);
  return { facts, uses, assessment: assess(definition, facts) };
};

/** How every item stands for a member today, from one reading. */
export async function assessAll(
  ctx: Ctx,
  memberId: string,
  items: Promise<readonly { definition: ItemDefinition }[]>,
): Promise<Map<string, Assessment>> {
  const [{ member, uses }, all] = await together([readClaimant(ctx, memberId), items]);
  return new Map(
    all.map(({ definition }) => {
      const own = uses.filter((use) => use.item_code === definition.code);
      return [definition.code, assess(definition, factsOf(ctx, member, own))];
    }),
  );
}
