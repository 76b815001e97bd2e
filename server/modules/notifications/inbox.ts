import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import type { Db } from '../../kernel/db.ts';
import { statement } from '../../kernel/db/statement.ts';
import { DomainError } from '../../kernel/errors.ts';

type Notifications = typeof contract.notifications;

/** The caller's own messages; there is no other way to anybody's inbox. */
function ownerOf({ actor }: Ctx): { column: 'member_id' | 'account_id'; owner: string } {
  if (actor.kind === 'member') return { column: 'member_id', owner: actor.memberId };
  if (actor.kind === 'cadre') return { column: 'account_id', owner: actor.accountId };
  throw new DomainError('permission-missing');
}

const own = (db: Db, column: string, owner: string) =>
  db.selectFrom('message').where(column as 'member_id' | 'account_id', '=', owner);

const counted = statement((db, { owner }: { owner: string }, column) =>
  own(db, column, owner).select((eb) => [
    eb.fn.countAll<number>().as('total'),
    eb.fn.countAll<number>().filterWhere('read_at', 'is', null).as('unread'),
  ]),
);

const newest = statement((db, page: { owner: string; limit: number; offset: number }, column) =>
  own(db, column, page.owner)
    .select(['id', 'title', 'text', 'title_en', 'text_en', 'case_id', 'at', 'read_at'])
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(page.limit)
    .offset(page.offset),
);

export async function listMessages(
  ctx: Ctx,
  { query }: InputOf<Notifications['list']>,
): Promise<ReplyOf<Notifications['list']>> {
  const { column, owner } = ownerOf(ctx);
  const offset = (query.page - 1) * query.pageSize;
  const [[counts], rows] = await Promise.all([
    counted(ctx, { owner }, column),
    newest(ctx, { owner, limit: query.pageSize, offset }, column),
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
    total: Number(counts?.total),
    unread: Number(counts?.unread),
    page: query.page,
    pageSize: query.pageSize,
  };
}

/** Marks one of the caller's messages as read; somebody else's is not found. */
export async function markRead(
  ctx: Ctx,
  { params }: InputOf<Notifications['markRead']>,
): Promise<ReplyOf<Notifications['markRead']>> {
  const { column, owner } = ownerOf(ctx);
  const message = await own(ctx.db, column, owner)
    .select('id')
    .where('id', '=', params.id)
    .executeTakeFirst();
  if (!message) throw new DomainError('thing-not-found');
  await ctx.db
    .updateTable('message')
    .set({ read_at: ctx.now })
    .where('id', '=', message.id)
    .where('read_at', 'is', null)
    .execute();
  return { ok: true };
}
