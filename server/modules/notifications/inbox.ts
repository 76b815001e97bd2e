import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';

type Notifications = typeof contract.notifications;

/** The caller's own messages; there is no other way to anybody's inbox. */
function own(ctx: Ctx) {
  const { actor } = ctx;
  if (actor.kind === 'member') return ctx.db.selectFrom('message').where('member_id', '=', actor.memberId);
  if (actor.kind === 'cadre') return ctx.db.selectFrom('message').where('account_id', '=', actor.accountId);
  throw new DomainError('permission-missing');
}

export async function listMessages(
  ctx: Ctx,
  { query }: InputOf<Notifications['list']>,
): Promise<ReplyOf<Notifications['list']>> {
  const [counts, rows] = await Promise.all([
    own(ctx)
      .select((eb) => [
        eb.fn.countAll<number>().as('total'),
        eb.fn.countAll<number>().filterWhere('read_at', 'is', null).as('unread'),
      ])
      .executeTakeFirstOrThrow(),
    own(ctx)
      .select(['id', 'title', 'text', 'title_en', 'text_en', 'case_id', 'at', 'read_at'])
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
  ]);
  return {
    items: rows.map((row) => ({
      id: row.id,
      title: row.title,
      text: row.text,
      titleEn: row.title_en,
      textEn: row.text_en,
      caseId: row.case_id,
      at: row.at.toISOString(),
      read: row.read_at !== null,
    })),
    total: Number(counts.total),
    unread: Number(counts.unread),
    page: query.page,
    pageSize: query.pageSize,
  };
}

/** Marks one of the caller's messages as read; somebody else's is not found. */
export async function markRead(
  ctx: Ctx,
  { params }: InputOf<Notifications['markRead']>,
): Promise<ReplyOf<Notifications['markRead']>> {
  const message = await own(ctx).select('id').where('id', '=', params.id).executeTakeFirst();
  if (!message) throw new DomainError('thing-not-found');
  await ctx.db
    .updateTable('message')
    .set({ read_at: ctx.now })
    .where('id', '=', message.id)
    .where('read_at', 'is', null)
    .execute();
  return { ok: true };
}
