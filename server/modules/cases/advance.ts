import { findStage, nextStage, type ItemDefinition, type Stage } from '@smart-union/catalogue-kit';
import type { Permission } from '@smart-union/contract';
import { isWithin } from '../../kernel/access.ts';
import { record } from '../../kernel/audit.ts';
import { addWorkingDays, loadCalendar } from '../../kernel/calendar.ts';
import type { Updateable } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import { insertion, statement } from '../../kernel/db/statement.ts';
import type { Tables } from '../../kernel/tables.gen.ts';
import { addHappening } from '../../kernel/happenings.ts';
import { addDeltas } from '../../kernel/rollups.ts';
import { permissionsOf } from '../accounts/index.ts';
import { ancestorsOf, pickUnion, type UnionPlace } from '../unions/index.ts';
import { tellApproved } from './messages.ts';
import { ownerOf, type FiledCase } from './owners.ts';
import { writeDecision, type NewDecision } from './write-decision.ts';

/** Suffix of the task that stands for a running public notice; no permission opens it, only its end. */
export const noticeOf = (stage: string) => `${stage}.notice`;
const noticePermission = 'none';

/** The union that decides at a stage; where the line has none (no town above), the next one above serves. */
export async function officeOf(ctx: Ctx, filed: FiledCase, stage: Stage): Promise<UnionPlace> {
  const line = await lineOf(ctx, filed);
  const office = pickUnion(line, stage.at) ?? pickUnion(line, 'own');
  if (!office) throw new Error(`no union at ${filed.unionPath}`);
  return office;
}

/** Asks for the case's union and its superiors, if nobody has yet. */
export const lineOf = (ctx: Ctx, filed: FiledCase) => (filed.line ??= ancestorsOf(ctx, filed.unionPath));

const taskOpened = insertion('task');

const caseMoved = statement((db, { id, ...set }: Updateable<Tables['case']> & { id: string }) =>
  db.updateTable('case').set(set).where('id', '=', id),
);

/** Opens a stage: its task, the case's place and due date, the figures. */
async function openStage(ctx: Ctx, filed: FiledCase, stage: Stage, office: UnionPlace): Promise<void> {
  const calendar = await loadCalendar(ctx);
  const dueOn = addWorkingDays(calendar, ctx.today, stage.dueInWorkingDays);
  taskOpened.later(ctx, {
    id: ctx.id(),
    case_id: filed.id,
    member_id: filed.memberId,
    case_path: filed.unionPath,
    stage: stage.id,
    round: filed.round,
    permission: stage.permission,
    union_id: office.id,
    union_path: office.path,
    quorum: stage.quorum ?? 1,
    due_on: dueOn,
    opened_at: ctx.now,
  });
  await moveCase(ctx, filed, { status: 'in_review', stage: stage.id, dueOn });
}

interface Move {
  status: FiledCase['status'];
  stage: string | null;
  /** Stays as it is when not given. */
  dueOn?: string | null;
  decided?: boolean;
}

/** Writes the case's new place and the change of the stage figures. Mutates `filed` to match. */
export async function moveCase(ctx: Ctx, filed: FiledCase, move: Move): Promise<void> {
  const before = filed.stage;
  const delta = (stage: string | null, amount: number) =>
    stage ? [{ unionPath: filed.unionPath, metric: `stage:${stage}` as const, period: '', amount }] : [];
  const open = (stage: string | null) => (stage ? 1 : 0);
  Object.assign(filed, { status: move.status, stage: move.stage, version: filed.version + 1 });
  caseMoved.later(ctx, {
    id: filed.id,
    status: move.status,
    stage: move.stage,
    round: filed.round,
    version: filed.version,
    escalated: false,
    updated_at: ctx.now,
    ...(move.dueOn === undefined ? {} : { due_on: move.dueOn }),
    ...(move.decided ? { decided_at: ctx.now } : {}),
    ...filed.unsaved,
  });
  delete filed.unsaved;
  await addDeltas(ctx, [
    ...(before === move.stage ? [] : [...delta(before, -1), ...delta(move.stage, 1)]),
    {
      unionPath: filed.unionPath,
      metric: 'in-progress',
      period: '',
      amount: open(move.stage) - open(before),
    },
  ]);
}

/** Does an account hold a permission over a union today? Asked of others than the actor. */
export async function mayDecideAt(
  ctx: Ctx,
  accountId: string,
  permission: Permission,
  unionPath: string,
): Promise<boolean> {
  const grants = await ctx.db
    .selectFrom('grant')
    .innerJoin('account', 'account.id', 'grant.account_id')
    .select(['grant.role', 'grant.union_path', 'account.totp_confirmed_at'])
    .where('grant.account_id', '=', accountId)
    .where('account.status', '=', 'active')
    .where('grant.revoked_at', 'is', null)
    .where((eb) => eb.or([eb('grant.until_on', 'is', null), eb('grant.until_on', '>=', ctx.today)]))
    .execute();
  return grants.some(
    (grant) =>
      isWithin(unionPath, [grant.union_path]) &&
      permissionsOf(grant.role, grant.totp_confirmed_at !== null).includes(permission),
  );
}

/** Who of those that approved earlier in this round would be asked again at `stage`. */
async function sameApprover(
  ctx: Ctx,
  filed: FiledCase,
  stage: Stage,
  office: UnionPlace,
): Promise<NewDecision['by'] | null> {
  const rows = await ctx.db
    .selectFrom('decision')
    .select(['account_id', 'person_index', 'name', 'office'])
    .where('case_id', '=', filed.id)
    .where('outcome', '=', 'approve')
    .where('voided_at', 'is', null)
    .execute();
  for (const row of rows) {
    if (
      row.account_id &&
      (await mayDecideAt(ctx, row.account_id, stage.permission as Permission, office.path))
    ) {
      return { accountId: row.account_id, personIndex: row.person_index, name: row.name, office: row.office };
    }
  }
  return null;
}

/**
 * Moves a case on after `after` (null at submission): over stages whose condition does not hold, over those that pass
 * by themselves, to the next open stage; at the end of the route it is approved and its owner takes over.
 */
export async function advance(ctx: Ctx, filed: FiledCase, after: string | null): Promise<void> {
  const facts = { answers: filed.answers as never, amountFen: filed.amountFen };
  let passed = after;
  for (;;) {
    const stage = nextStage(filed.definition.route, passed, facts);
    if (!stage) return approveCase(ctx, filed);
    const office = await officeOf(ctx, filed, stage);
    const approver = stage.passIfSameApprover ? await sameApprover(ctx, filed, stage, office) : null;
    if (!approver) return openStage(ctx, filed, stage, office);
    await writeDecision(ctx, filed, {
      stage: stage.id,
      outcome: 'pass',
      by: approver,
      note: '同一审批人，自动通过',
    });
    passed = stage.id;
  }
}

/** Opens the waiting time of a public notice; the job `cases.notices` ends it. */
export async function openNotice(ctx: Ctx, filed: FiledCase, stage: Stage, days: number): Promise<void> {
  const office = await officeOf(ctx, filed, stage);
  const until = new Date(Date.parse(`${ctx.today}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
  await ctx.db
    .insertInto('task')
    .values({
      id: ctx.id(),
      case_id: filed.id,
      member_id: filed.memberId,
      case_path: filed.unionPath,
      stage: noticeOf(stage.id),
      round: filed.round,
      permission: noticePermission,
      union_id: office.id,
      union_path: office.path,
      quorum: 1,
      waits_until: until,
      opened_at: ctx.now,
    })
    .execute();
  await moveCase(ctx, filed, { status: 'in_review', stage: stage.id, dueOn: null });
}

/** Opens an earlier stage anew after a return. */
export async function reopenStage(ctx: Ctx, filed: FiledCase, stageId: string): Promise<void> {
  const stage = findStage(filed.definition.route, stageId);
  if (!stage) throw new RangeError(`no such stage on this route: ${stageId}`);
  await openStage(ctx, filed, stage, await officeOf(ctx, filed, stage));
}

/** The end of the route. Owner, audit and message in the same transaction. */
async function approveCase(ctx: Ctx, filed: FiledCase): Promise<void> {
  await moveCase(ctx, filed, { status: 'approved', stage: null, dueOn: null, decided: true });
  await ownerOf(filed.definition.kind).approved(ctx, filed);
  await record(ctx, {
    kind: 'case.approved',
    subject: 'case',
    subjectId: filed.id,
    unionPath: filed.unionPath,
    data: { item: filed.itemCode, amountFen: filed.amountFen },
  });
  await Promise.all([addHappening(ctx, 'approved', filed.id), tellApproved(ctx, filed)]);
}

/** The case with its definition and answers, as owners see it. */
export const filedCase = (
  found: Omit<FiledCase, 'definition' | 'answers'>,
  definition: ItemDefinition,
  answers: FiledCase['answers'],
): FiledCase => ({ definition, answers, ...found });
