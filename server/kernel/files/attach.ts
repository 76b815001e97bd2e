import { sql } from 'kysely';
import type { Ctx } from '../context.ts';
import { statement } from '../db/statement.ts';
import { DomainError } from '../errors.ts';
import { findOwnFiles } from './describe.ts';

export interface Attachment {
  ids: readonly string[];
  caseId: string;
  /** Form field the files answer. */
  field: string;
  /** The case's union and member: from now on whoever sees the case sees the files. */
  unionPath: string;
  memberId: string;
}

type Tie = Omit<Attachment, 'ids'> & {
  ids: string[];
  ownMember: string | null;
  ownAccount: string | null;
};

/**
 * Ties the named files that may be tied and lets go of what answered the field before, in one statement. Found by their keys
 * first: an `or` of both makes the database read every file. Whose
 * they are is asked again of the row itself: another case may have taken it while we waited.
 */
const tied = statement(
  (_db, one: Tie) => sql<{ id: string }>`
    update file set
      case_id = case when id = any (${one.ids}::uuid[]) then ${one.caseId}::uuid end,
      field = case when id = any (${one.ids}::uuid[]) then ${one.field}::text end,
      union_path = case when id = any (${one.ids}::uuid[]) then ${one.unionPath}::text else union_path end,
      member_id = case when id = any (${one.ids}::uuid[]) then ${one.memberId}::uuid else member_id end
    where id = any (array(
        select id from file where case_id = ${one.caseId}::uuid and field = ${one.field}::text
        union all
        select id from file
        where id = any (${one.ids}::uuid[]) and status = 'ready' and (case_id is null or case_id = ${one.caseId}::uuid)
          and (owner_member_id = ${one.ownMember}::uuid or owner_account_id = ${one.ownAccount}::uuid)
      ))
      and (case_id is null or case_id = ${one.caseId}::uuid)
    returning id`,
);

/**
 * Makes own uploads the answer to one field of a case; what answered it before and is not named again is let go.
 * The caller's audit row names them. Throws `file-not-ready`, and `thing-not-found` for files that are somebody else's or another case's.
 */
export async function attachFiles(ctx: Ctx, wanted: Attachment): Promise<void> {
  const { actor } = ctx;
  const ids = [...new Set(wanted.ids)];
  const ownMember = actor.kind === 'member' ? actor.memberId : null;
  const ownAccount = actor.kind === 'cadre' ? actor.accountId : null;
  const rows = await tied(ctx, { ownMember, ownAccount, ...wanted, ids });
  const done = new Set(rows.map(({ id }) => id));
  const left = ids.filter((id) => !done.has(id));
  if (left.length === 0) return;
  const own = await findOwnFiles(ctx, left);
  const waiting = own.length === left.length && own.some(({ status }) => status !== 'ready');
  throw new DomainError(waiting ? 'file-not-ready' : 'thing-not-found');
}
