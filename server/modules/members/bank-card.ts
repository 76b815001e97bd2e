import { checkBankCard, maskBankCard } from '@smart-union/catalogue-kit/checks/bank-card.ts';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { addMemberEvent } from './enrol-members.ts';
import { getMember } from './find-member.ts';

type Route = typeof contract.members.setBankCard;

const place = (memberId: string) => ({ table: 'member', column: 'bank_card_sealed', row: memberId });

/**
 * The member's card in plain, for sealing it anew beside a payment; null when there is none. Not for showing: a person sees
 * it through `disclose` only.
 */
export async function bankCardOf(
  ctx: Ctx,
  memberId: string,
): Promise<{ number: string; masked: string } | null> {
  const row = await ctx.db
    .selectFrom('member')
    .select(['bank_card_sealed', 'bank_card_masked'])
    .where('id', '=', memberId)
    .executeTakeFirst();
  if (!row?.bank_card_sealed) return null;
  return { number: ctx.pii.unseal(place(memberId), row.bank_card_sealed), masked: row.bank_card_masked! };
}

/** Sets the card money is paid to. The same card again changes nothing. Throws `card-invalid`. */
export async function setBankCard(
  ctx: Ctx,
  memberId: string,
  typed: string,
): Promise<{ bankCardMasked: string }> {
  const card = checkBankCard(typed);
  if (!card.ok) throw new DomainError('card-invalid', {}, [{ field: 'number', reason: card.reason }]);
  const [member, before] = await Promise.all([getMember(ctx, memberId), bankCardOf(ctx, memberId)]);
  const bankCardMasked = maskBankCard(card.cardNumber);
  if (before?.number === card.cardNumber) return { bankCardMasked };
  const change = ctx.db
    .updateTable('member')
    .set({
      bank_card_sealed: ctx.pii.seal(place(memberId), card.cardNumber),
      bank_card_masked: bankCardMasked,
      updated_at: ctx.now,
    })
    .where('id', '=', memberId);
  ctx.later(change.compile());
  const union = { id: member.unionId, path: member.unionPath };
  const told = { set: { bankCardMasked }, was: { bankCardMasked: before?.masked ?? null } };
  await addMemberEvent(ctx, { memberId, kind: 'member.card-set', union, change: told });
  await record(ctx, {
    kind: 'member.card-set',
    subject: 'member',
    subjectId: memberId,
    unionPath: member.unionPath,
  });
  return { bankCardMasked };
}

export async function setMyBankCard(ctx: Ctx, { body }: InputOf<Route>): Promise<ReplyOf<Route>> {
  if (ctx.actor.kind !== 'member') throw new DomainError('permission-missing');
  return setBankCard(ctx, ctx.actor.memberId, body.number);
}
