import { record } from '../audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { describe, isOwn, type FileDescription } from './describe.ts';

export interface Attachment {
  ids: readonly string[];
  caseId: string;
  /** Form field the files answer. */
  field: string;
  /** The case's union and member: from now on whoever sees the case sees the files. */
  unionPath: string;
  memberId: string;
}

/**
 * Makes own uploads the answer to one field of a case; what answered it before and is not named again is let go.
 * Throws `file-not-ready`, and `thing-not-found` for files that are somebody else's or another case's.
 */
export async function attachFiles(ctx: Ctx, wanted: Attachment): Promise<FileDescription[]> {
  const { caseId, field } = wanted;
  const ids = [...new Set(wanted.ids)];
  const rows =
    ids.length === 0
      ? []
      : await ctx.db
          .selectFrom('file')
          .selectAll()
          .where('id', 'in', ids)
          .orderBy('id')
          .forUpdate()
          .execute();
  const foreign = rows.some(
    (row) => !isOwn(ctx.actor, row) || (row.case_id !== null && row.case_id !== caseId),
  );
  if (foreign || rows.length !== ids.length) throw new DomainError('thing-not-found');
  if (rows.some((row) => row.status !== 'ready')) throw new DomainError('file-not-ready');
  let dropping = ctx.db
    .updateTable('file')
    .set({ case_id: null, field: null })
    .where('case_id', '=', caseId)
    .where('field', '=', field);
  if (ids.length > 0) dropping = dropping.where('id', 'not in', ids);
  ctx.later(dropping.compile());
  if (ids.length > 0) {
    const tie = ctx.db
      .updateTable('file')
      .set({ case_id: caseId, field, union_path: wanted.unionPath, member_id: wanted.memberId })
      .where('id', 'in', ids);
    ctx.later(tie.compile());
    await record(ctx, {
      kind: 'files.attached',
      subject: 'case',
      subjectId: caseId,
      unionPath: wanted.unionPath,
      data: { field, ids },
    });
  }
  const byId = new Map(rows.map((row) => [row.id, describe(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
