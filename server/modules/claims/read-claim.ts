import type { BenefitDefinition } from '@smart-union/catalogue-kit';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { ClaimRecord } from './payers.ts';

/** A claim with the fund it is paid from. Throws `thing-not-found` when out of scope. */
export async function readClaim(
  ctx: Ctx,
  caseId: string,
): Promise<ClaimRecord & { status: string; payout: BenefitDefinition['payout'] }> {
  const row = await ctx.db
    .selectFrom('claim')
    .innerJoin('case', 'case.id', 'claim.case_id')
    .innerJoin('catalogue_item', (join) =>
      join
        .onRef('catalogue_item.code', '=', 'case.item_code')
        .onRef('catalogue_item.version', '=', 'case.item_version'),
    )
    .select([
      'claim.case_id as caseId',
      'case.number as caseNumber',
      'claim.member_id as memberId',
      'claim.union_path as unionPath',
      'claim.item_code as itemCode',
      'claim.amount_fen as amountFen',
      'claim.channel',
      'claim.status',
      'catalogue_item.definition',
    ])
    .where('claim.case_id', '=', caseId)
    .executeTakeFirst();
  if (!row) throw new DomainError('thing-not-found');
  const { definition, channel, caseNumber, ...rest } = row;
  return {
    ...rest,
    caseNumber: caseNumber ?? '',
    channel: channel as ClaimRecord['channel'],
    fund: (definition as BenefitDefinition).payout.fund,
    payout: (definition as BenefitDefinition).payout,
  };
}

/** The bank gave the money back: the claim is approved and unpaid again. */
export async function markUnpaid(ctx: Ctx, caseId: string): Promise<void> {
  await ctx.db
    .updateTable('claim')
    .set({ status: 'approved', paid_at: null })
    .where('case_id', '=', caseId)
    .where('status', '=', 'paid')
    .execute();
}

/** The money arrived: the claim is settled. */
export async function markPaid(ctx: Ctx, caseId: string): Promise<void> {
  await ctx.db
    .updateTable('claim')
    .set({ status: 'paid', paid_at: ctx.now })
    .where('case_id', '=', caseId)
    .where('status', '=', 'approved')
    .execute();
}
