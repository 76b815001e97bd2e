import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import { withScope, type Ctx } from '../../kernel/context.ts';
import { wholeFederation } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import { discloseFields } from '../members/index.ts';
import { cadreOf, lockRequest } from './requests.ts';

type Route = typeof contract.privacy.open;

/**
 * Break-glass: opens what was granted to the caller, while the grant lasts. The member reads who looked, why, and who allowed
 * it. Throws `thing-not-found` to anybody else, `request-not-granted`, and what `disclose` throws.
 */
export async function openGranted(ctx: Ctx, { params, body }: InputOf<Route>): Promise<ReplyOf<Route>> {
  const actor = cadreOf(ctx);
  const row = await lockRequest(ctx, params.id);
  if (row.account_id !== actor.accountId || row.kind !== 'opening') throw new DomainError('thing-not-found');
  if (row.status !== 'granted' || row.expires_at! <= ctx.now) throw new DomainError('request-not-granted');
  const member = { id: row.member_id!, unionPath: row.union_path };
  const reason = `紧急查看：${row.reason}（${row.decided_who} 批准）`;
  const wide = { ...ctx, scope: wholeFederation };
  const opened = await withScope(ctx, wholeFederation, () =>
    discloseFields(wide, member, body.fields, reason),
  );
  await ctx.db.updateTable('privacy_request').set({ used_at: ctx.now }).where('id', '=', row.id).execute();
  await record(ctx, {
    kind: 'privacy.used',
    subject: 'privacy-request',
    subjectId: row.id,
    unionPath: row.union_path,
    data: { fields: body.fields },
  });
  return opened;
}
