import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { notify } from '../notifications/index.ts';
import { cadreOf } from './deputies.ts';

type Accounts = typeof contract.accounts;

interface Ending {
  id: string;
  account_id: string;
  deputy_account_id: string;
}

/** Ends deputyships of which an account is a side, all or one, and tells both sides. Gives how many it ended. */
async function endDeputies(
  ctx: Ctx,
  accountId: string,
  [why, whyEn]: [zh: string, en: string],
  id?: string,
): Promise<number> {
  let open = ctx.db
    .updateTable('deputy')
    .set({ revoked_at: ctx.now, revoked_by: ctx.actor.kind === 'cadre' ? ctx.actor.accountId : null })
    .where('revoked_at', 'is', null)
    .where('until_on', '>=', ctx.today)
    .where((eb) => eb.or([eb('account_id', '=', accountId), eb('deputy_account_id', '=', accountId)]));
  if (id) open = open.where('id', '=', id);
  const ended: Ending[] = await open.returning(['id', 'account_id', 'deputy_account_id']).execute();
  for (const one of ended) {
    const sides = await ctx.db
      .selectFrom('account')
      .select(['id', 'name'])
      .where('id', 'in', [one.account_id, one.deputy_account_id])
      .execute();
    const nameOf = (side: string) => sides.find((row) => row.id === side)?.name ?? '';
    const [grant] = await ctx.db
      .selectFrom('grant')
      .select('union_path')
      .where('account_id', '=', one.account_id)
      .orderBy('granted_at')
      .limit(1)
      .execute();
    await record(ctx, {
      kind: 'deputy.ended',
      subject: 'account',
      subjectId: one.account_id,
      unionPath: grant?.union_path ?? 'f',
      data: { deputy: nameOf(one.deputy_account_id), why },
    });
    for (const side of sides) {
      await notify(ctx, {
        to: { accountId: side.id },
        title: '审批代办已结束',
        text: `${nameOf(one.deputy_account_id)}代${nameOf(one.account_id)}的审批已结束：${why}。以后的申请仍由${nameOf(one.account_id)}审批。`,
        titleEn: 'Deciding for somebody has ended',
        textEn: `${nameOf(one.deputy_account_id)} no longer decides for ${nameOf(one.account_id)}: ${whyEn}. New cases are decided by ${nameOf(one.account_id)} again.`,
        caseId: null,
      });
    }
  }
  return ended.length;
}

/** Ends one before its day: by whom it was given, or by the deputy. What was decided stands. */
export async function revokeDeputy(
  ctx: Ctx,
  { params }: InputOf<Accounts['revokeDeputy']>,
): Promise<ReplyOf<Accounts['revokeDeputy']>> {
  const { accountId, name } = cadreOf(ctx);
  if ((await endDeputies(ctx, accountId, [`${name}提前结束`, `ended by ${name}`], params.id)) === 0)
    throw new DomainError('thing-not-found');
  return { ok: true };
}

/** A closed account neither decides for others nor has others decide for it. */
export const endDeputiesOf = (ctx: Ctx, accountId: string) =>
  endDeputies(ctx, accountId, ['账号已停用', 'the account was closed']);
