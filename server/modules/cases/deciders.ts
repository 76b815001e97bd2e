import { findStage, type Stage } from '@smart-union/catalogue-kit';
import type { Permission } from '@smart-union/contract';
import { holdsOver, type CadreActor } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError, type ErrorCode } from '../../kernel/errors.ts';
import type { FiledCase } from './owners.ts';

export interface OpenTask {
  id: string;
  stage: string;
  permission: string;
  unionId: string;
  unionPath: string;
  assignedAccountId: string | null;
  quorum: number;
  waitsUntil: string | null;
}

export interface PastDecision {
  stage: string;
  round: number;
  accountId: string | null;
  personIndex: Buffer | null;
  outcome: string;
  voided: boolean;
}

/** What one needs to know to say who may decide. Read together, in one round trip. */
export interface Desk {
  tasks: OpenTask[];
  decisions: PastDecision[];
  applicantIndex: Buffer | null;
}

export async function readDesk(ctx: Ctx, caseId: string, memberId: string): Promise<Desk> {
  const [tasks, decisions, applicant] = await Promise.all([
    ctx.db
      .selectFrom('task')
      .select([
        'id',
        'stage',
        'permission',
        'union_id as unionId',
        'union_path as unionPath',
        'assigned_account_id as assignedAccountId',
        'quorum',
        'waits_until as waitsUntil',
      ])
      .where('case_id', '=', caseId)
      .where('closed_at', 'is', null)
      .orderBy('opened_at')
      .execute(),
    ctx.db
      .selectFrom('decision')
      .select([
        'stage',
        'round',
        'account_id as accountId',
        'person_index as personIndex',
        'outcome',
        'voided_at',
      ])
      .where('case_id', '=', caseId)
      .execute(),
    ctx.db.selectFrom('member').select('id_number_index').where('id', '=', memberId).executeTakeFirst(),
  ]);
  return {
    tasks,
    decisions: decisions.map(({ voided_at, ...rest }) => ({ ...rest, voided: voided_at !== null })),
    applicantIndex: applicant?.id_number_index ?? null,
  };
}

export const isSamePerson = (
  one: { accountId: string | null; personIndex: Buffer | null },
  other: { accountId: string | null; personIndex: Buffer | null },
) =>
  (one.accountId !== null && one.accountId === other.accountId) ||
  Boolean(one.personIndex && other.personIndex && one.personIndex.equals(other.personIndex));

const mayTake = (actor: CadreActor, task: OpenTask) =>
  task.assignedAccountId
    ? task.assignedAccountId === actor.accountId
    : holdsOver(actor, task.permission as Permission, task.unionPath);

/** The open task this cadre may take by permission and assignment, four eyes aside. */
export const taskFor = (actor: CadreActor, desk: Pick<Desk, 'tasks'>) =>
  desk.tasks.find((task) => mayTake(actor, task)) ?? null;

/** Why she may not decide although the task is hers by permission; null when she may. */
export function forbiddenBecause(
  actor: CadreActor,
  filed: FiledCase,
  desk: Desk,
  task: OpenTask,
): ErrorCode | null {
  const own = actor.memberId === filed.memberId;
  if (own || (actor.personIndex && desk.applicantIndex?.equals(actor.personIndex)))
    return 'decision-own-case';
  const stage: Stage | null = findStage(filed.definition.route, task.stage);
  const mine = desk.decisions.filter(
    (past) => !past.voided && past.outcome === 'approve' && isSamePerson(past, actor),
  );
  if (mine.some((past) => past.stage === task.stage && past.round === filed.round))
    return 'decision-already-made';
  // passIfSameApprover says that one person may stand at both desks; everywhere else another person decides.
  const earlier = mine.some((past) => past.stage !== task.stage);
  return earlier && !stage?.passIfSameApprover ? 'decision-same-person' : null;
}

/** The task the cadre may decide now. Throws the reason why not. */
export function requireTask(ctx: Ctx, filed: FiledCase, desk: Desk): { actor: CadreActor; task: OpenTask } {
  if (ctx.actor.kind !== 'cadre') throw new DomainError('permission-missing');
  const { actor } = ctx;
  const task = taskFor(actor, desk);
  if (!task) {
    const handedOn = desk.tasks.some(
      (one) => one.assignedAccountId && holdsOver(actor, one.permission as Permission, one.unionPath),
    );
    const decided = desk.decisions.some((past) => past.round === filed.round && !past.voided);
    throw new DomainError(decided && !handedOn ? 'decision-already-made' : 'decision-not-mine');
  }
  const forbidden = forbiddenBecause(actor, filed, desk, task);
  if (forbidden) throw new DomainError(forbidden);
  return { actor, task };
}
