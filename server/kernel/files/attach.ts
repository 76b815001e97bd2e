import { sql } from 'kysely';
import type { Ctx } from '../context.ts';
import { statement } from '../db/statement.ts';
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

const locked = statement((db, { ids }: { ids: string[] }) =>
  db
    .selectFrom('file')
    .selectAll()
    .where((eb) => eb('id', '=', eb.fn.any(sql<string[]>`${ids}::uuid[]`)))
    .orderBy('id')
    .forUpdate(),
);

/** Ties the named files and lets go of what answered the field before, in one statement. */
const tied = statement(
  (_db, one: Omit<Attachment, 'ids'> & { ids: string[] }) => sql`
    update file set
      case_id = case when id = any (${one.ids}::uuid[]) then ${one.caseId}::uuid end,
      field = case when id = any (${one.ids}::uuid[]) then ${one.field}::text end,
      union_path = case when id = any (${one.ids}::uuid[]) then ${one.unionPath}::text else union_path end,
      member_id = case when id = any (${one.ids}::uuid[]) then ${one.memberId}::uuid else member_id end
    where id = any (${one.ids}::uuid[]) or (case_id = ${one.caseId}::uuid and field = ${one.field}::text)`,
);

/**
 * Makes own uploads the answer to one field of a case; what answered it before and is not named again is let go.
 * The caller's audit row names them. Throws `file-not-ready`, and `thing-not-found` for files that are somebody else's or another case's.
 */
export async function attachFiles(ctx: Ctx, wanted: Attachment): Promise<FileDescription[]> {
  const { caseId, field } = wanted;
  const ids = [...new Set(wanted.ids)];
  const rows = ids.length === 0 ? [] : await locked(ctx, { ids });
  const foreign = rows.some(
    (row) => !isOwn(ctx.actor, row) || (row.case_id !== null && row.case_id !== caseId),
  );
  if (foreign || rows.length !== ids.length) throw new DomainError('thing-not-found');
  if (rows.some((row) => row.status !== 'ready')) throw new DomainError('file-not-ready');
  const { unionPath, memberId } = wanted;
  tied.later(ctx, { ids, caseId, field, unionPath, memberId });
  const byId = new Map(rows.map((row) => [row.id, describe(row)]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
