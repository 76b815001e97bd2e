import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import type { contract, InputOf } from '@smart-union/contract';
import { holdsOver } from '../access.ts';
import { record } from '../audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import type { RawResult } from '../http.ts';
import { isOwn, type FileRow } from './describe.ts';

type Routes = typeof contract.files;

/** How a look at evidence stands in 谁看过我的信息. */
const look = {
  field: '票据照片',
  fieldEn: 'photos of the papers',
  reason: '办理申请时查看',
  reasonEn: 'Seen while deciding the application',
};

const extensions: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'application/pdf': 'pdf',
};

/** The file as the caller may see it; what lies outside her reach does not exist for her. */
async function getVisible(ctx: Ctx, id: string): Promise<FileRow> {
  const row = await ctx.db.selectFrom('file').selectAll().where('id', '=', id).executeTakeFirst();
  const visible =
    row && (isOwn(ctx.actor, row) || (row.case_id && holdsOver(ctx.actor, 'cases.view', row.union_path)));
  if (!visible) throw new DomainError('thing-not-found');
  return row;
}

/** One id per cadre, case and day, so that a second look, even at the same moment, adds nothing. */
function lookId(...parts: string[]): string {
  const hex = createHash('sha256').update(parts.join(' ')).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Photos of a case say as much as a diagnosis: looking at them is written down, once per cadre, case and day. */
async function recordLook(ctx: Ctx, row: FileRow): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== 'cadre' || isOwn(actor, row) || !row.case_id || !row.member_id) return;
  const written = await sql`
    insert into access_event (id, at, member_id, union_path, account_id, who, office, fields, fields_en, reason, reason_en,
      case_id, case_number)
    values (${lookId(actor.accountId, row.case_id, ctx.today)}::uuid, ${ctx.now}::timestamptz, ${row.member_id}::uuid,
      ${row.union_path}, ${actor.accountId}::uuid, ${actor.name}, ${actor.office}, ${[look.field]}::text[],
      ${[look.fieldEn]}::text[], ${look.reason}, ${look.reasonEn},
      ${row.case_id}::uuid, (select number from "case" where id = ${row.case_id}::uuid))
    on conflict do nothing returning id`.execute(ctx.db);
  if (written.rows.length === 0) return;
  await record(ctx, {
    kind: 'evidence.seen',
    subject: 'case',
    subjectId: row.case_id,
    unionPath: row.union_path,
    data: { memberId: row.member_id },
  });
}

/** For the header: RFC 8187, in which these four must be escaped too. */
const headerName = (name: string) =>
  encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);

export async function readContent(
  ctx: Ctx,
  { params, query }: InputOf<Routes['content']>,
): Promise<RawResult> {
  const row = await getVisible(ctx, params.id);
  if (row.status !== 'ready' || !row.stored_as) throw new DomainError('file-not-ready');
  await recordLook(ctx, row);
  const small = query.size === 'preview' && row.preview_as !== null;
  const mediaType = small ? 'image/jpeg' : (row.media_type ?? 'application/octet-stream');
  const name = `${row.name.replace(/\.[A-Za-z0-9]{1,5}$/, '')}.${extensions[mediaType] ?? 'bin'}`;
  const how = mediaType.startsWith('image/') ? 'inline' : 'attachment';
  return {
    mediaType,
    content: ctx.files.stream(small ? row.preview_as! : row.stored_as),
    headers: {
      'content-disposition': `${how}; filename*=UTF-8''${headerName(name)}`,
      'x-content-type-options': 'nosniff',
      // Should a browser ever take it for a page: nothing in it may load, run or send.
      'content-security-policy': "default-src 'none'; sandbox",
      'cross-origin-resource-policy': 'same-origin',
    },
  };
}
