import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import { disclose } from '../../kernel/pii/disclose.ts';
import type { Sealed } from '../../kernel/sealed.ts';
import { getMemberInScope } from './find-member.ts';

type Route = typeof contract.members.disclose;
type Field = InputOf<Route>['body']['fields'][number];

const fields: Record<
  Field,
  { title: string; titleEn: string; column: 'id_number_sealed' | 'phone_sealed' | 'bank_card_sealed' }
> = {
  idNumber: { title: '证件号码', titleEn: 'ID number', column: 'id_number_sealed' },
  phone: { title: '手机号码', titleEn: 'phone', column: 'phone_sealed' },
  bankCard: { title: '银行卡号', titleEn: 'bank card', column: 'bank_card_sealed' },
};

/** On the screen for so long, then masked again. */
const hideAfterSeconds = 60;

/**
 * Sealed fields of a member in full. Who looked, at what and why is written – for the member to read – before anything is
 * shown. Whether the actor may is the caller's to have asked.
 */
export async function discloseFields(
  ctx: Ctx,
  member: { id: string; unionPath: string },
  wantedFields: readonly Field[],
  reason: string,
): Promise<ReplyOf<Route>> {
  const { id } = member;
  const wanted = [...new Set(wantedFields)];
  await disclose(ctx, { member, fields: wanted.map((field) => fields[field]), reason });
  const row = await ctx.db
    .selectFrom('member')
    .select(['id_number_sealed', 'phone_sealed', 'bank_card_sealed'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow();
  const open = (column: keyof typeof row, sealed: Sealed | null) =>
    sealed && ctx.pii.unseal({ table: 'member', column, row: id }, sealed);
  const values = Object.fromEntries(
    wanted.map((field) => [field, open(fields[field].column, row[fields[field].column])]),
  );
  return { values, hideAfterSeconds };
}

/** The same for a member in scope. */
export async function discloseMember(ctx: Ctx, { params, body }: InputOf<Route>): Promise<ReplyOf<Route>> {
  const { id, unionPath } = await getMemberInScope(ctx, params.id);
  return discloseFields(ctx, { id, unionPath }, body.fields, body.reason);
}
