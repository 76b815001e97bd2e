import { findStage, type Stage } from '@smart-union/catalogue-kit';
import type { Permission } from '@smart-union/contract';
import { holdsOver, isWithin, personsOf, type CadreActor, type Principal } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError, type ErrorCode } from '../../kernel/errors.ts';
import type { FiledCase } from './owners.ts';
import type { NewDecision } from './write-decision.ts';

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
  /** Whose deputy took it. */
  forAccountId: string | null;
  forPersonIndex: Buffer | null;
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
        'for_account_id as forAccountId',
        'for_person_index as forPersonIndex',
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

/** Whose hand a decision shows to four eyes: one person with several accounts, or a deputy and her principal. */
interface Hand {
  accountIds: readonly string[];
  personIndexes: readonly Buffer[];
}

/** Who took a decision, and for whom. */
export const handOf = (past: PastDecision): Hand => ({
  accountIds: [past.accountId, past.forAccountId].flatMap((id) => id ?? []),
  personIndexes: [past.personIndex, past.forPersonIndex].flatMap((index) => index ?? []),
});

export const isSamePerson = (one: Hand, other: Hand) =>
  one.accountIds.some((id) => other.accountIds.includes(id)) ||
  one.personIndexes.some((index) => other.personIndexes.some((known) => known.equals(index)));

/** An open task as this cadre may take it: at her own desk, or for one whose deputy she is. */
export interface Seat {
  task: OpenTask;
  office: string;
  actsFor: Principal | null;
}

/** A grant of a permission over a union: her own, or one lent to her. */
const grantOver = (actor: CadreActor, permission: Permission, unionPath: string, lent: boolean) =>
  actor.grants.find(
    (grant) =>
      (grant.lentBy !== undefined) === lent &&
      grant.permissions.includes(permission) &&
      isWithin(unionPath, [grant.unionPath]),
  );

/** How the actor signs what her permission over a union lets her do; null when she does not hold it there. */
export function signatureOf(ctx: Ctx, permission: Permission, unionPath: string): NewDecision['by'] | null {
  const { actor } = ctx;
  if (actor.kind !== 'cadre') return null;
  const { accountId, personIndex, name, office } = actor;
  if (grantOver(actor, permission, unionPath, false)) return { accountId, personIndex, name, office };
  const lent = grantOver(actor, permission, unionPath, true);
  if (!lent) return null;
  return { accountId, personIndex, name, office: lent.unionName, actsFor: lent.lentBy ?? null };
}

/** What the actor, or one she is one with, is to a case: the applicant, one who approved it, or neither. */
export function standsIn(
  ctx: Ctx,
  memberId: string,
  { applicantIndex, decisions }: Desk,
): 'applicant' | 'approver' | null {
  if (ctx.actor.kind !== 'cadre') return null;
  const all = personsOf(ctx.actor);
  const applies = all.personIndexes.some((index) => applicantIndex?.equals(index) ?? false);
  if (applies || all.memberIds.includes(memberId)) return 'applicant';
  const approving = decisions.filter(({ outcome }) => outcome === 'approve' || outcome === 'pass');
  return approving.some((past) => isSamePerson(handOf(past), all)) ? 'approver' : null;
}

function seatAt(actor: CadreActor, task: OpenTask, lent: boolean): Seat | null {
  if (!lent && task.assignedAccountId === actor.accountId)
    return { task, office: actor.office, actsFor: null };
  const grant = actor.grants.find(
    ({ lentBy, permissions, unionPath }) =>
      (lentBy !== undefined) === lent &&
      (task.assignedAccountId === null || task.assignedAccountId === lentBy?.accountId) &&
      permissions.includes(task.permission as Permission) &&
      isWithin(task.unionPath, [unionPath]),
  );
  if (!grant) return null;
  return { task, office: lent ? grant.unionName : actor.office, actsFor: grant.lentBy ?? null };
}

/** The open task this cadre may take by permission and assignment, her own first, four eyes aside. */
export function seatFor(actor: CadreActor, desk: Pick<Desk, 'tasks'>): Seat | null {
  for (const lent of [false, true]) {
    for (const task of desk.tasks) {
      const seat = seatAt(actor, task, lent);
      if (seat) return seat;
    }
  }
  return null;
}

/** Why she may not decide although the task is hers by permission; null when she may. */
export function forbiddenBecause(
  actor: CadreActor,
  filed: FiledCase,
  desk: Desk,
  task: OpenTask,
): ErrorCode | null {
  const [herself, all] = [personsOf({ ...actor, oneWith: [] }), personsOf(actor)];
  const applies = ({ memberIds, personIndexes }: typeof all) =>
    memberIds.includes(filed.memberId) ||
    personIndexes.some((index) => desk.applicantIndex?.equals(index) ?? false);
  if (applies(herself)) return 'decision-own-case';
  if (applies(all)) return 'decision-deputy-own-case';
  const stage: Stage | null = findStage(filed.definition.route, task.stage);
  const ours = desk.decisions.filter(
    (past) => !past.voided && past.outcome === 'approve' && isSamePerson(handOf(past), all),
  );
  if (ours.some((past) => past.stage === task.stage && past.round === filed.round))
    return 'decision-already-made';
  // passIfSameApprover says that one person may stand at both desks; everywhere else another person decides.
  const earlier = ours.filter((past) => past.stage !== task.stage);
  if (earlier.length === 0 || stage?.passIfSameApprover) return null;
  const mine = earlier.some((past) => isSamePerson(handOf(past), herself));
  return mine ? 'decision-same-person' : 'decision-deputy-same-person';
}

/** The task the cadre may decide now. Throws the reason why not. */
export function requireTask(
  ctx: Ctx,
  filed: FiledCase,
  desk: Desk,
): { by: NewDecision['by'] & { accountId: string }; task: OpenTask } {
  if (ctx.actor.kind !== 'cadre') throw new DomainError('permission-missing');
  const { actor } = ctx;
  const seat = seatFor(actor, desk);
  if (!seat) {
    const handedOn = desk.tasks.some(
      (one) => one.assignedAccountId && holdsOver(actor, one.permission as Permission, one.unionPath),
    );
    const decided = desk.decisions.some((past) => past.round === filed.round && !past.voided);
    throw new DomainError(decided && !handedOn ? 'decision-already-made' : 'decision-not-mine');
  }
  const { task, office, actsFor } = seat;
  const forbidden = forbiddenBecause(actor, filed, desk, task);
  if (forbidden) throw new DomainError(forbidden);
  const { accountId, personIndex, name } = actor;
  return { by: { accountId, personIndex, name, office, actsFor }, task };
}
