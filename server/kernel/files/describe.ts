import type { Selectable } from 'kysely';
import type { contract, ReplyOf } from '@smart-union/contract';
import type { Actor } from '../access.ts';
import type { Ctx } from '../context.ts';
import type { Tables } from '../tables.gen.ts';

export type FileRow = Selectable<Tables['file']>;

/** A file as the contract shows it; contents only by the `content` route. */
export type FileDescription = ReplyOf<typeof contract.files.get>;

export const describe = (row: FileRow): FileDescription => ({
  id: row.id,
  name: row.name,
  size: row.size,
  received: row.received,
  mediaType: row.media_type,
  width: row.width,
  height: row.height,
  status: row.status as FileDescription['status'],
  reason: row.reason,
  reasonEn: row.reason_en,
});

/** Did this person upload it? */
export function isOwn(actor: Actor, row: Pick<FileRow, 'owner_member_id' | 'owner_account_id'>): boolean {
  if (actor.kind === 'member') return row.owner_member_id === actor.memberId;
  return actor.kind === 'cadre' && row.owner_account_id === actor.accountId;
}

/** The files of a case by form field, oldest first. Only what the scope lets through. */
export async function describeFiles(ctx: Ctx, caseId: string): Promise<Record<string, FileDescription[]>> {
  const rows = await ctx.db
    .selectFrom('file')
    .selectAll()
    .where('case_id', '=', caseId)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  const byField: Record<string, FileDescription[]> = {};
  for (const row of rows) (byField[row.field ?? ''] ??= []).push(describe(row));
  return byField;
}

/** The caller's own files of these ids, in their order; missing and foreign ones are left out. For drafts. */
export async function findOwnFiles(ctx: Ctx, ids: readonly string[]): Promise<FileDescription[]> {
  if (ids.length === 0) return [];
  const rows = await ctx.db.selectFrom('file').selectAll().where('id', 'in', ids).execute();
  const own = new Map(rows.filter((row) => isOwn(ctx.actor, row)).map((row) => [row.id, describe(row)]));
  return ids.flatMap((id) => own.get(id) ?? []);
}
