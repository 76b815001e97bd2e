import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { withScope, type Ctx } from '../../kernel/context.ts';
import { eventText, type MemberChange } from './events.ts';
import { getMemberInScope } from './find-member.ts';

type Members = typeof contract.members;

/** What happened to a membership, newest first. */
export async function listMemberEvents(
  ctx: Ctx,
  { params }: InputOf<Members['history']>,
): Promise<ReplyOf<Members['history']>> {
  const { id } = await getMemberInScope(ctx, params.id);
  // Older events may carry the path of another union, from before a transfer: they are the member's all the same.
  const rows = await withScope(ctx, { paths: [], memberId: id, accountId: null }, () =>
    ctx.db
      .selectFrom('member_event')
      .leftJoin('union', 'union.id', 'member_event.union_id')
      .leftJoin('account', 'account.id', 'member_event.account_id')
      .select([
        'member_event.id',
        'member_event.kind',
        'effective_on',
        'recorded_at',
        'data',
        'union.id as union_id',
        'union.name as union_name',
      ])
      .select(sql<string>`coalesce(account.name, '系统')`.as('by'))
      .where('member_event.member_id', '=', id)
      .orderBy('effective_on', 'desc')
      .orderBy('recorded_at', 'desc')
      .orderBy('member_event.id', 'desc')
      .limit(500)
      .execute(),
  );
  const items = rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    effectiveOn: row.effective_on,
    recordedAt: row.recorded_at.toISOString(),
    union: row.union_id && row.union_name ? { id: row.union_id, name: row.union_name } : null,
    by: row.by,
    text: eventText(row.kind, row.data as MemberChange),
  }));
  return { items };
}

/** 谁看过我的信息: who opened my sealed fields, newest first. */
export async function listMyAccessLog(
  ctx: Ctx,
  { query }: InputOf<Members['myAccessLog']>,
): Promise<ReplyOf<Members['myAccessLog']>> {
  const memberId = ctx.actor.kind === 'member' ? ctx.actor.memberId : null;
  const found = ctx.db.selectFrom('access_event').where('member_id', '=', memberId!);
  const [{ total }, rows] = await Promise.all([
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    found
      .select(['at', 'who', 'office', 'fields', 'fields_en', 'reason', 'reason_en', 'case_number'])
      .orderBy('at', 'desc')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
  ]);
  const items = rows.map((row) => ({
    at: row.at.toISOString(),
    who: row.who,
    office: row.office,
    fields: row.fields,
    fieldsEn: row.fields_en,
    reason: row.reason,
    reasonEn: row.reason_en,
    caseNumber: row.case_number,
  }));
  return { items, total: Number(total), page: query.page, pageSize: query.pageSize };
}
