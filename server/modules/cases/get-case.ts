import { findStage, stagesBefore, stagesFor } from '@smart-union/catalogue-kit';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { within } from '../../kernel/db.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError, errorTable, type ErrorCode } from '../../kernel/errors.ts';
import { describeFiles } from '../../kernel/files.ts';
import { filedCase, officeOf } from './advance.ts';
import { maskedAnswers, wholeAnswers } from './answers.ts';
import { columns, type CaseRecord } from './case-record.ts';
import { getItemVersion } from './catalogue-items.ts';
import { forbiddenBecause, readDesk, seatFor, type Desk } from './deciders.ts';
import { ownerOf, type FiledCase } from './owners.ts';
import { followUpOf, timelineOf } from './timeline.ts';

type Cases = typeof contract.cases;
type Detail = ReplyOf<Cases['get']>;

/** A submitted case in my scope. Drafts are the member's own business. */
export async function findCaseInScope(
  ctx: Ctx,
  id: string,
): Promise<CaseRecord & { due_on: string | null; escalated: boolean }> {
  const found = await ctx.db
    .selectFrom('case')
    .select([...columns, 'due_on', 'escalated'])
    .where('id', '=', id)
    .where('submitted_at', 'is not', null)
    .where(within('case.union_path', ctx.scope.paths) as never)
    .executeTakeFirst();
  if (!found) throw new DomainError('thing-not-found');
  return found as CaseRecord & { due_on: string | null; escalated: boolean };
}

export async function getCase(ctx: Ctx, { params }: InputOf<Cases['get']>): Promise<Detail> {
  const found = await findCaseInScope(ctx, params.id);
  const { definition } = await getItemVersion(ctx, found.itemCode, found.itemVersion);
  const filed = filedCase(found, definition, wholeAnswers(ctx, found));
  const [desk, applicant, union, decisions, files, checks, followUp, stages] = await Promise.all([
    readDesk(ctx, found.id, found.memberId),
    applicantOf(ctx, found.memberId),
    ctx.db
      .selectFrom('union')
      .select(['id', 'name'])
      .where('id', '=', found.unionId)
      .executeTakeFirstOrThrow(),
    decisionsOf(ctx, filed),
    describeFiles(ctx, found.id),
    ownerOf(definition.kind).checks(ctx, filed),
    followUpOf(ctx, filed),
    stagesOf(ctx, filed),
  ]);
  const mine = standing(ctx, filed, desk);
  const stage = filed.stage ? findStage(definition.route, filed.stage) : null;
  return {
    id: filed.id,
    number: filed.number ?? '',
    itemCode: filed.itemCode,
    itemTitle: definition.title,
    itemTitleEn: definition.titleEn ?? null,
    applicantName: filed.applicantName,
    union,
    status: filed.status,
    stage: filed.stage,
    stageTitle: stage?.title ?? null,
    stageTitleEn: stage?.titleEn ?? null,
    amountFen: filed.amountFen,
    submittedAt: filed.submittedAt?.toISOString() ?? null,
    dueOn: found.due_on,
    overdue: found.due_on !== null && found.due_on < ctx.today,
    escalated: found.escalated,
    can: [...mine.can, ...followUp.can],
    version: filed.version,
    itemVersion: filed.itemVersion,
    definition: definition as unknown as Record<string, unknown>,
    answers: maskedAnswers(definition, filed.answers as never),
    files,
    applicant,
    checks: checks.map((check) => ({ ...check, datum: check.datum, from: check.from ?? null })),
    stages,
    decisions,
    timeline: await timelineOf(ctx, filed, followUp),
    promisedOn: filed.promisedOn,
    paymentStatus: followUp.paymentStatus,
    channel: followUp.channel,
    cannotDecide: mine.forbidden ? errorTable[mine.forbidden][1] : null,
    cannotDecideEn: mine.forbidden ? errorTable[mine.forbidden][2] : null,
    actsFor: mine.actsFor,
    returnTargets: filed.stage
      ? stagesBefore(definition.route, filed.stage).map((stage) => ({ stage: stage.id, title: stage.title }))
      : [],
  };
}

/** What I may do here, and if the task is mine but four eyes forbid it, why. */
function standing(
  ctx: Ctx,
  filed: FiledCase,
  desk: Desk,
): Pick<Detail, 'can' | 'actsFor'> & { forbidden: ErrorCode | null } {
  const { actor } = ctx;
  const nothing = { can: [], forbidden: null, actsFor: null };
  if (actor.kind !== 'cadre' || filed.status !== 'in_review') return nothing;
  const seat = seatFor(actor, desk);
  if (!seat) return nothing;
  const { task } = seat;
  const actsFor = seat.actsFor?.name ?? null;
  const forbidden = forbiddenBecause(actor, filed, desk, task);
  if (forbidden) return { can: [], forbidden, actsFor };
  const outcomes = findStage(filed.definition.route, task.stage)?.outcomes ?? [];
  return { can: ['decide', ...outcomes, 'hand-over', 'countersign'], forbidden: null, actsFor };
}

async function applicantOf(ctx: Ctx, memberId: string): Promise<Detail['applicant']> {
  const row = await ctx.db
    .selectFrom('member')
    .select(['id', 'name', 'id_number_masked', 'phone_masked', 'bank_card_masked', 'joined_on'])
    .where('id', '=', memberId)
    .executeTakeFirst();
  if (!row) throw new DomainError('thing-not-found');
  return {
    memberId: row.id,
    name: row.name,
    idNumberMasked: row.id_number_masked,
    phoneMasked: row.phone_masked,
    bankCardMasked: row.bank_card_masked,
    joinedOn: row.joined_on,
  };
}

async function decisionsOf(ctx: Ctx, filed: FiledCase): Promise<Detail['decisions']> {
  const rows = await ctx.db
    .selectFrom('decision')
    .selectAll()
    .where('case_id', '=', filed.id)
    .orderBy('at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    stage: row.stage,
    stageTitle: findStage(filed.definition.route, row.stage)?.title ?? row.stage,
    outcome: row.outcome as Detail['decisions'][number]['outcome'],
    by: row.name,
    actsFor: row.for_name,
    office: row.office,
    at: row.at.toISOString(),
    note: row.note,
    voided: row.voided_at !== null,
  }));
}

async function stagesOf(ctx: Ctx, filed: FiledCase): Promise<Detail['stages']> {
  const route = stagesFor(filed.definition.route, {
    answers: filed.answers as never,
    amountFen: filed.amountFen,
  });
  const [tasks, offices] = await Promise.all([
    ctx.db
      .selectFrom('task')
      .select(['stage', 'due_on', 'closed_at'])
      .where('case_id', '=', filed.id)
      .orderBy('opened_at')
      .execute(),
    Promise.all(route.map((stage) => officeOf(ctx, filed, stage))),
  ]);
  const at = route.findIndex((stage) => stage.id === filed.stage);
  const over = filed.status === 'approved' || filed.status === 'closed';
  return route.map((stage, index) => {
    const task = tasks.findLast((one) => one.stage === stage.id);
    const open = index === at && filed.status === 'in_review';
    return {
      id: stage.id,
      title: stage.title,
      union: { id: offices[index]!.id, name: offices[index]!.name },
      status: open ? 'open' : over || (at >= 0 && index < at) ? 'done' : 'waiting',
      dueOn: open ? (task?.due_on ?? null) : null,
      overdue: open && Boolean(task?.due_on && task.due_on < ctx.today),
    };
  });
}
