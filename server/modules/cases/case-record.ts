import type { Ctx } from '../../kernel/context.ts';
import { statement } from '../../kernel/db/statement.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Sealed } from '../../kernel/sealed.ts';

export type CaseStatus =
  'draft' | 'submitted' | 'in_review' | 'returned' | 'approved' | 'declined' | 'withdrawn' | 'closed';

/** A row of `case` in our words. */
export interface CaseRecord {
  id: string;
  sequence: number;
  number: string | null;
  kind: string;
  itemCode: string;
  itemVersion: number;
  memberId: string;
  applicantName: string;
  unionId: string;
  unionPath: string;
  status: CaseStatus;
  stage: string | null;
  round: number;
  version: number;
  plainAnswers: Record<string, unknown>;
  answersSealed: Sealed | null;
  amountFen: number | null;
  returnedStage: string | null;
  submittedAt: Date | null;
  promisedOn: string | null;
}

export const columns = [
  'id',
  'sequence',
  'number',
  'kind',
  'item_code as itemCode',
  'item_version as itemVersion',
  'member_id as memberId',
  'applicant_name as applicantName',
  'union_id as unionId',
  'union_path as unionPath',
  'status',
  'stage',
  'round',
  'version',
  'answers as plainAnswers',
  'answers_sealed as answersSealed',
  'amount_fen as amountFen',
  'returned_stage as returnedStage',
  'submitted_at as submittedAt',
  'promised_on as promisedOn',
] as const;

const locked = statement((db, { id }: { id: string }) =>
  db.selectFrom('case').select(columns).where('id', '=', id).forUpdate(),
);

/** Reads and locks a case for a change: whoever comes second waits, then sees what the first did. */
export async function lockCase(ctx: Ctx, id: string): Promise<CaseRecord> {
  const [row] = await locked(ctx, { id });
  // Row-level security hides what is out of scope; a draft is the applicant's alone.
  if (!row || (row.status === 'draft' && !isApplicant(ctx, row.memberId)))
    throw new DomainError('thing-not-found');
  return row as CaseRecord;
}

/** The member's own case, locked. Somebody else's is not found. */
export async function lockOwnCase(ctx: Ctx, id: string): Promise<CaseRecord> {
  const found = await lockCase(ctx, id);
  if (!isApplicant(ctx, found.memberId)) throw new DomainError('thing-not-found');
  return found;
}

const isApplicant = (ctx: Ctx, memberId: string) =>
  ctx.actor.kind === 'member' && ctx.actor.memberId === memberId;

const statusWords: Record<CaseStatus, readonly [zh: string, en: string]> = {
  draft: ['草稿', 'a draft'],
  submitted: ['已提交', 'sent'],
  in_review: ['审核中', 'under review'],
  returned: ['已退回', 'returned'],
  approved: ['已批准', 'approved'],
  declined: ['未通过', 'declined'],
  withdrawn: ['已撤回', 'withdrawn'],
  closed: ['已办结', 'closed'],
};

export function notOpen(of: CaseStatus) {
  const [status, statusEn] = statusWords[of];
  return new DomainError('case-not-open', { status, statusEn });
}

/** What a change answers. */
export const receiptOf = (
  c: Pick<CaseRecord, 'id' | 'number' | 'status' | 'stage' | 'version' | 'promisedOn'>,
) => ({
  id: c.id,
  number: c.number,
  status: c.status,
  stage: c.stage,
  version: c.version,
  promisedOn: c.promisedOn,
});
