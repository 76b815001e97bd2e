import { checkBankCard, maskBankCard } from '@smart-union/catalogue-kit/checks/bank-card.ts';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { statement } from '../../kernel/db/statement.ts';
import { DomainError } from '../../kernel/errors.ts';
import { addMemberEvent } from './enrol-members.ts';

type Route = typeof contract.members.setBankCard;

const place = (memberId: string) => ({ table: 'member', column: 'bank_card_sealed', row: memberId });

const cardOf = statement((db, { memberId }: { memberId: string }) =>
  db
    .selectFrom('member')
    .select(['union_id', 'union_path', 'bank_card_sealed', 'bank_card_masked'])
    .where('id', '=', memberId),
);

type CardRow = Awaited<ReturnType<typeof cardOf>>[number];

const numberIn = (ctx: Ctx, memberId: string, row: CardRow) =>
  row.bank_card_sealed ? ctx.pii.unseal(place(memberId), row.bank_card_sealed) : null;

/**
 * The member's card in plain, for sealing it anew beside a payment; null when there is none. Not for showing: a person sees
 * it through `disclose` only.
 */
export async function bankCardOf(
  ctx: Ctx,
  memberId: string,
): Promise<{ number: string; masked: string } | null> {
  const [row] = await cardOf(ctx, { memberId });
  const number = row ? numberIn(ctx, memberId, row) : null;
  return number === null ? null : { number, masked: row!.bank_card_masked! };
}

/** Sets the card money is paid to. The same card again changes nothing. Throws `card-invalid`. */
export async function setBankCard(
  ctx: Ctx,
  memberId: string,
  typed: string,
): Promise<{ bankCardMasked: string }> {
  const card = checkBankCard(typed);
  if (!card.ok) throw new DomainError('card-invalid', {}, [{ ...card, field: 'number' }]);
  const [member] = await cardOf(ctx, { memberId });
  if (!member) throw new DomainError('thing-not-found');
  const bankCardMasked = maskBankCard(card.cardNumber);
  if (numberIn(ctx, memberId, member) === card.cardNumber) return { bankCardMasked };
  const change = ctx.db
    .updateTable('member')
    .set({
      bank_card_sealed: ctx.pii.seal(place(memberId), card.cardNumber),
      bank_card_masked: bankCardMasked,
      updated_at: ctx.now,
    })
    .where('id', '=', memberId);
  ctx.later(change.compile());
  const union = { id: member.union_id, path: member.union_path };
  const told = { set: { bankCardMasked }, was: { bankCardMasked: member.bank_card_masked } };
  await addMemberEvent(ctx, { memberId, kind: 'member.card-set', union, change: told });
  await record(ctx, {
    kind: 'member.card-set',
    subject: 'member',
    subjectId: memberId,
    unionPath: member.union_path,
  });
  return { bankCardMasked };
}

export async function setMyBankCard(ctx: Ctx, { body }: InputOf<Route>): Promise<ReplyOf<Route>> {
  if (ctx.actor.kind !== 'member') throw new DomainError('permission-missing');
  return setBankCard(ctx, ctx.actor.memberId, body.number);
}
