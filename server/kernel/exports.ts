import { createHash } from 'node:crypto';
import { record } from './audit.ts';
import type { Ctx } from './context.ts';
import { DomainError } from './errors.ts';
import type { RawResult } from './http.ts';
import { readPrivacySettings } from './pii/settings.ts';
import { xlsxBytes, type OutCell, type OutColumn } from './sheets/write-xlsx.ts';

export interface ExportedList {
  subject: 'members' | 'cases';
  /** Of the audit row, e.g. 'member.exported'. */
  kind: string;
  /** What the file and its sheet are called, e.g. 会员名单. */
  title: string;
  columns: readonly OutColumn[];
  rows: readonly (readonly OutCell[])[];
  /** Whose rows they are. */
  memberIds: readonly string[];
  reason: string;
  /** What was asked for: everything that chooses rows. Hashed; it may hold a number somebody searched for. */
  query: Record<string, unknown>;
  /** For the audit row: codes and ids only. */
  data?: Record<string, unknown>;
}

const mediaType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** Equal for the same question by the same person, whatever the page and the words of the reason. */
export function hashOfQuery(
  subject: string,
  { page: _p, pageSize: _s, reason: _r, ...query }: Record<string, unknown>,
) {
  const parts = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  return createHash('sha256')
    .update(JSON.stringify([subject, parts.toSorted(([a], [b]) => (a < b ? -1 : 1))]))
    .digest();
}

const minute = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'Asia/Shanghai',
  dateStyle: 'short',
  timeStyle: 'short',
});

/** Uses up the approval a long list needs; null for a short one. Throws `export-needs-approval`. */
async function approvalOf(
  ctx: Ctx,
  accountId: string,
  queryHash: Buffer,
  count: number,
): Promise<string | null> {
  const limit = (await readPrivacySettings(ctx))['export-rows'];
  if (count <= limit) return null;
  const granted = await ctx.db
    .updateTable('privacy_request')
    .set({ used_at: ctx.now })
    .where('account_id', '=', accountId)
    .where('query_hash', '=', queryHash)
    .where('status', '=', 'granted')
    .where('expires_at', '>', ctx.now)
    .where('used_at', 'is', null)
    .returning('id')
    .executeTakeFirst();
  if (!granted) throw new DomainError('export-needs-approval', { count, limit });
  return granted.id;
}

/**
 * The one way a list leaves as a file: it gets a number, is written down with whose rows it holds, and carries who, when and
 * the number as its last row and as a document property. Throws `permission-missing` for anybody but a cadre,
 * and `export-needs-approval` for a long list that no second person allowed.
 */
export async function exportList(ctx: Ctx, list: ExportedList): Promise<RawResult> {
  const { actor } = ctx;
  if (actor.kind !== 'cadre') throw new DomainError('permission-missing');
  const id = ctx.id();
  const number = `${ctx.today.replaceAll('-', '')}-${id.slice(-8).toUpperCase()}`;
  const unionPath = ctx.scope.paths[0] ?? 'f';
  const queryHash = hashOfQuery(list.subject, list.query);
  const requestId = await approvalOf(ctx, actor.accountId, queryHash, list.rows.length);
  const account = await ctx.db
    .selectFrom('account')
    .select('username')
    .where('id', '=', actor.accountId)
    .executeTakeFirstOrThrow();
  await ctx.db
    .insertInto('export_event')
    .values({
      id,
      number,
      at: ctx.now,
      account_id: actor.accountId,
      who: actor.name,
      office: actor.office,
      subject: list.subject,
      union_path: unionPath,
      reason: list.reason,
      query_hash: queryHash,
      row_count: list.rows.length,
      member_ids: [...new Set(list.memberIds)],
      request_id: requestId,
    })
    .execute();
  await record(ctx, {
    kind: list.kind,
    subject: list.subject === 'members' ? 'member' : 'case',
    subjectId: null,
    unionPath,
    data: { ...list.data, count: list.rows.length, reason: list.reason, number },
  });
  const mark =
    `本表由 ${actor.name}（${actor.office}，账号 ${account.username}）于 ${minute.format(ctx.now)} 导出，` +
    `导出编号 ${number}，用途：${list.reason}。含个人信息，请勿外传。`;
  const content = await xlsxBytes(
    [{ name: list.title, columns: list.columns, rows: [...list.rows, [mark]] }],
    {
      'export-number': number,
      'export-account': account.username,
      'export-at': ctx.now.toISOString(),
    },
  );
  return { mediaType, content, fileName: `${list.title}-${ctx.today}-${number.slice(-8)}.xlsx` };
}
