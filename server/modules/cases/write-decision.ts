import type { Principal } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { insertion } from '../../kernel/db/statement.ts';
import type { FiledCase } from './owners.ts';

export interface NewDecision {
  stage: string;
  outcome: 'approve' | 'return' | 'decline' | 'pass' | 'hand-over' | 'countersign' | 'cancel';
  by: {
    accountId: string | null;
    personIndex: Buffer | null;
    name: string;
    office: string;
    /** Whose deputy decides. */
    actsFor?: Principal | null;
  };
  note: string | null;
  returnTo?: string | null;
}

const decided = insertion('decision');

/** Adds a decision to a case, in its present round. Decisions are never changed but for being voided by a return. */
export async function writeDecision(ctx: Ctx, filed: FiledCase, decision: NewDecision): Promise<void> {
  const { stage, outcome, by, note, returnTo = null } = decision;
  decided.later(ctx, {
    id: ctx.id(),
    case_id: filed.id,
    member_id: filed.memberId,
    case_path: filed.unionPath,
    stage,
    round: filed.round,
    account_id: by.accountId,
    person_index: by.personIndex,
    name: by.name,
    office: by.office,
    for_account_id: by.actsFor?.accountId ?? null,
    for_person_index: by.actsFor?.personIndex ?? null,
    for_name: by.actsFor?.name ?? null,
    outcome,
    return_to: returnTo,
    note,
    at: ctx.now,
  });
}
