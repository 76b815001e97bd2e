import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { personsOf } from '../../kernel/access.ts';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import { attachFiles } from '../../kernel/files.ts';
import { payerOf } from './payers.ts';
import { readClaim } from './read-claim.ts';

type Claims = typeof contract.claims;

/** Locks the claim within the actor's scope. Only an approved, unpaid one can be visited or rerouted. */
async function lockApproved(ctx: Ctx, caseId: string) {
  const row = await ctx.db
    .selectFrom('claim')
    .select(['case_id', 'status'])
    .where('case_id', '=', caseId)
    .where(within('claim.union_path', ctx.scope.paths) as never)
    .forUpdate()
    .executeTakeFirst();
  if (!row) throw new DomainError('thing-not-found');
  return row;
}

/** Pays by a visit in a special case, or by card again, while nothing has gone to the bank. */
export async function chooseVisit(
  ctx: Ctx,
  { params, body }: InputOf<Claims['chooseVisit']>,
): Promise<ReplyOf<Claims['chooseVisit']>> {
  const locked = await lockApproved(ctx, params.id);
  if (locked.status !== 'reserved' && locked.status !== 'approved')
    throw new DomainError('payment-not-open', { status: '已付', statusEn: 'paid' });
  const claim = await readClaim(ctx, params.id);
  const allowed = [claim.payout.channel, ...(claim.payout.alternatives ?? [])];
  if (!allowed.includes(body.channel)) {
    throw new DomainError('input-invalid', {}, [
      { field: 'channel', reason: '这个事项不能这样发放', reasonEn: 'This benefit is not paid in this way' },
    ]);
  }
  await ctx.db.updateTable('claim').set({ channel: body.channel }).where('case_id', '=', params.id).execute();
  if (locked.status === 'approved') await payerOf().channelChanged(ctx, { ...claim, channel: body.channel });
  await record(ctx, {
    kind: 'claim.channel-changed',
    subject: 'case',
    subjectId: params.id,
    unionPath: claim.unionPath,
    data: { channel: body.channel, reason: body.reason },
  });
  return { ok: true };
}

/** Records a visit in person with its photo and the member's signature. Not by who decided the case, nor by the member. */
export async function recordVisit(
  ctx: Ctx,
  { params, body }: InputOf<Claims['recordVisit']>,
): Promise<ReplyOf<Claims['recordVisit']>> {
  if (ctx.actor.kind !== 'cadre') throw new DomainError('permission-missing');
  const { actor } = ctx;
  const { accountIds, memberIds, personIndexes } = personsOf(actor);
  // The case before the claim, as a cancellation takes them.
  await ctx.db.selectFrom('case').select('id').where('id', '=', params.id).forUpdate().execute();
  await lockApproved(ctx, params.id);
  const claim = await readClaim(ctx, params.id);
  if (claim.status !== 'approved' || claim.channel !== 'home-visit') {
    const visits = claim.channel === 'home-visit';
    throw new DomainError('payment-not-open', {
      status: visits ? '未批准或已付' : '打卡发放',
      statusEn: visits ? 'not approved, or paid already' : 'paid to a bank card',
    });
  }
  if (body.visitedOn > ctx.today)
    throw new DomainError('input-invalid', {}, [
      {
        field: 'visitedOn',
        reason: '上门日期不能晚于今天',
        reasonEn: 'The day of the visit cannot be after today',
      },
    ]);
  const decided = await ctx.db
    .selectFrom('decision')
    .select('id')
    .where('case_id', '=', params.id)
    .where('outcome', '=', 'approve')
    .where((eb) => {
      const [accounts, persons] = [eb.fn.any(eb.val(accountIds)), eb.fn.any(eb.val(personIndexes))];
      return eb.or([
        eb('account_id', '=', accounts),
        eb('for_account_id', '=', accounts),
        eb('person_index', '=', persons),
        eb('for_person_index', '=', persons),
      ]);
    })
    .executeTakeFirst();
  if (memberIds.includes(claim.memberId)) throw new DomainError('decision-own-case');
  if (decided) throw new DomainError('decision-same-person');
  const evidence = { caseId: params.id, unionPath: claim.unionPath, memberId: claim.memberId };
  await attachFiles(ctx, { ...evidence, ids: [body.photoId], field: 'visit-photo' });
  await attachFiles(ctx, { ...evidence, ids: [body.signatureId], field: 'visit-signature' });
  await ctx.db
    .insertInto('visit')
    .values({
      case_id: params.id,
      visited_on: body.visitedOn,
      account_id: actor.accountId,
      photo_id: body.photoId,
      signature_id: body.signatureId,
      note: body.note,
      recorded_at: ctx.now,
    })
    .execute();
  const paymentStatus = await payerOf().visited(ctx, claim, {
    visitedOn: body.visitedOn,
    accountId: actor.accountId,
  });
  await record(ctx, {
    kind: 'visit.recorded',
    subject: 'case',
    subjectId: params.id,
    unionPath: claim.unionPath,
    data: { files: [body.photoId, body.signatureId] },
  });
  return { ok: true, paymentStatus };
}
