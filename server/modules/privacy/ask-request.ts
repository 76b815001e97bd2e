import { contract, type InputOf } from '@smart-union/contract';
import type { z } from 'zod';
import { pathsFor, type CadreActor } from '../../kernel/access.ts';
import { record } from '../../kernel/audit.ts';
import { withScope, type Ctx } from '../../kernel/context.ts';
import { wholeFederation } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import { hashOfQuery } from '../../kernel/exports.ts';
import { notify } from '../notifications/index.ts';
import { cadreOf, describeRequest, lockRequest, type RequestReply } from './requests.ts';
import { auditorsOver } from './tell-auditors.ts';

type Body = InputOf<typeof contract.privacy.ask>['body'];

const exportable = {
  members: { permission: 'members.export', query: contract.members.exportList.query },
  cases: { permission: 'cases.export', query: contract.cases.exportList.query },
  // Cases seen from their payment; these lists are told apart by their view.
  visits: {
    permission: contract.disbursements.exportVisits.permission!,
    query: contract.disbursements.exportVisits.query,
  },
  payments: {
    permission: contract.disbursements.exportPayments.permission!,
    query: contract.disbursements.exportPayments.query,
  },
} as const;

const isMoney = (view: string | undefined): view is 'visits' | 'payments' =>
  view === 'visits' || view === 'payments';

/** What the export itself will have read from the same query, so that both mean the same rows. */
function parsedQuery(schema: z.ZodType | undefined, query: Record<string, string>, reason: string) {
  const read = schema?.safeParse({ ...query, reason });
  if (!read?.success) throw new DomainError('input-invalid');
  return read.data as Record<string, unknown>;
}

async function aimOf(ctx: Ctx, actor: CadreActor, body: Body) {
  const nothing = { member_id: null, member_number: null, subject: null, query_hash: null };
  if (body.kind === 'export') {
    const { view, ...filters } = body.query;
    const money = body.subject === 'cases' && isMoney(view) ? view : null;
    const { permission, query } = exportable[money ?? body.subject];
    const [path] = pathsFor(actor, permission);
    if (!path) throw new DomainError('permission-missing');
    const asked = parsedQuery(query, money ? filters : body.query, body.reason);
    const hash = hashOfQuery(body.subject, money ? { ...asked, view } : asked);
    return { ...nothing, subject: body.subject, query_hash: hash, union_path: path };
  }
  // She has no scope over the member: that is why she asks. She names her by number and learns nothing here.
  const member = await withScope(ctx, wholeFederation, () =>
    ctx.db
      .selectFrom('member')
      .select(['id', 'union_path'])
      .where('member_number', '=', body.memberNumber)
      .executeTakeFirst(),
  );
  if (!member) throw new DomainError('thing-not-found');
  return {
    ...nothing,
    member_id: member.id,
    member_number: body.memberNumber,
    union_path: member.union_path,
  };
}

/** Asks the auditors over the member's union (or the list's) to allow it. Throws `thing-not-found`, `permission-missing`. */
export async function askRequest(
  ctx: Ctx,
  { body }: InputOf<typeof contract.privacy.ask>,
): Promise<RequestReply> {
  const actor = cadreOf(ctx);
  const aim = await aimOf(ctx, actor, body);
  const id = ctx.id();
  await ctx.db
    .insertInto('privacy_request')
    .values({
      id,
      kind: body.kind,
      account_id: actor.accountId,
      who: actor.name,
      office: actor.office,
      ...aim,
      reason: body.reason,
      asked_at: ctx.now,
      status: 'asked',
    })
    .execute();
  await record(ctx, {
    kind: 'privacy.asked',
    subject: 'privacy-request',
    subjectId: id,
    unionPath: aim.union_path,
    data: { request: body.kind, subject: aim.subject, reason: body.reason },
  });
  const what = body.kind === 'opening' ? `紧急查看会员 ${body.memberNumber} 的敏感信息` : '导出较长的名单';
  for (const accountId of await auditorsOver(ctx, aim.union_path)) {
    if (accountId === actor.accountId) continue;
    await notify(ctx, {
      to: { accountId },
      title: '有一件个人信息申请等您批准',
      text: `${actor.office} ${actor.name} 申请${what}，用途：${body.reason}。请在「个人信息保护」页核对后批准或不批准。`,
      titleEn: 'A request for personal data awaits you',
      textEn: `${actor.name} (${actor.office}) asks: ${body.reason}. Please decide it on the privacy page.`,
      caseId: null,
    });
  }
  return describeRequest(ctx, await lockRequest(ctx, id));
}
