import type { contract, InputOf } from '@smart-union/contract';
import { holdsOver } from '../../kernel/access.ts';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { notify } from '../notifications/index.ts';
import { cadreOf, describeRequest, lockRequest, type RequestReply, type RequestRow } from './requests.ts';

/** Another account of the same person is the same person. */
async function requireSecondPerson(ctx: Ctx, row: RequestRow): Promise<void> {
  const actor = cadreOf(ctx);
  const asker = await ctx.db
    .selectFrom('account')
    .select(['member_id', 'person_index'])
    .where('id', '=', row.account_id)
    .executeTakeFirstOrThrow();
  const same =
    row.account_id === actor.accountId ||
    (asker.member_id !== null && asker.member_id === actor.memberId) ||
    (asker.person_index !== null && actor.personIndex?.equals(asker.person_index));
  if (same) throw new DomainError('request-same-person');
}

/** Grants for some minutes, or declines. Throws `thing-not-found`, `request-same-person`, `request-decided`. */
export async function decideRequest(
  ctx: Ctx,
  { params, body }: InputOf<typeof contract.privacy.decide>,
): Promise<RequestReply> {
  const actor = cadreOf(ctx);
  const row = await lockRequest(ctx, params.id);
  if (!holdsOver(actor, 'audit.view', row.union_path)) throw new DomainError('thing-not-found');
  await requireSecondPerson(ctx, row);
  if (row.status !== 'asked') throw new DomainError('request-decided');
  const granted = body.outcome === 'grant';
  await ctx.db
    .updateTable('privacy_request')
    .set({
      status: granted ? 'granted' : 'declined',
      decided_by: actor.accountId,
      decided_who: actor.name,
      decided_at: ctx.now,
      expires_at: granted ? new Date(ctx.now.getTime() + body.minutes * 60_000) : null,
    })
    .where('id', '=', row.id)
    .execute();
  await record(ctx, {
    kind: granted ? 'privacy.granted' : 'privacy.declined',
    subject: 'privacy-request',
    subjectId: row.id,
    unionPath: row.union_path,
    data: { request: row.kind, ...(granted ? { minutes: body.minutes } : {}) },
  });
  await notify(ctx, {
    to: { accountId: row.account_id },
    title: granted ? '您的个人信息申请已批准' : '您的个人信息申请没有批准',
    text: granted
      ? `${actor.name} 已批准，${body.minutes} 分钟内有效。请到「个人信息保护」页办理，过期须重新申请。`
      : `${actor.name} 没有批准。需要的话请与其联系，说明用途后重新申请。`,
    titleEn: granted ? 'Your request was granted' : 'Your request was declined',
    textEn: granted
      ? `${actor.name} granted it for ${body.minutes} minutes. Go on from the privacy page.`
      : `${actor.name} declined it. Please talk to them before asking again.`,
    caseId: null,
  });
  return describeRequest(ctx, await lockRequest(ctx, row.id));
}
