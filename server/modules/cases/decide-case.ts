import { findStage, stagesBefore } from '@smart-union/catalogue-kit';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import { savepoint, type Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { advance, filedCase, moveCase, openNotice, reopenStage } from './advance.ts';
import { wholeAnswers } from './answers.ts';
import { lockCase, notOpen, receiptOf } from './case-record.ts';
import { getItemVersion } from './catalogue-items.ts';
import { handOf, isSamePerson, readDesk, requireTask, type Desk, type OpenTask } from './deciders.ts';
import { tellDeclined, tellReturned } from './messages.ts';
import { ownerOf, type FiledCase } from './owners.ts';
import { closeTasks } from './submit-case.ts';
import { writeDecision, type NewDecision } from './write-decision.ts';

type Cases = typeof contract.cases;
type Decision = InputOf<Cases['decide']>['body'];

interface Desking {
  ctx: Ctx;
  filed: FiledCase;
  desk: Desk;
  task: OpenTask;
  by: NewDecision['by'];
}

/** Locks the case and finds the task the actor may decide. Whoever comes second finds it decided. */
async function sitDown(ctx: Ctx, id: string, version: number | undefined): Promise<Desking> {
  const found = await lockCase(ctx, id);
  const [item, desk] = await Promise.all([
    getItemVersion(ctx, found.itemCode, found.itemVersion),
    readDesk(ctx, found.id, found.memberId),
  ]);
  const filed = filedCase(found, item.definition, wholeAnswers(ctx, found));
  if (found.status !== 'in_review') {
    throw desk.decisions.length > 0 && found.status !== 'returned'
      ? new DomainError('decision-already-made')
      : notOpen(found.status);
  }
  const { by, task } = requireTask(ctx, filed, desk);
  if (version !== undefined && found.version !== version) throw new DomainError('version-stale');
  return { ctx, filed, desk, task, by };
}

const note = (
  { ctx, filed, task, by }: Desking,
  decision: Pick<NewDecision, 'outcome' | 'note' | 'returnTo'>,
) => writeDecision(ctx, filed, { ...decision, stage: task.stage, by });

/** For the audit log: whose deputy decided. */
const behalf = ({ by }: Desking) => (by.actsFor ? { actsFor: by.actsFor.name } : {});

/** Closes this desk's task when enough different people have approved; the stage ends when no task of it is open. */
async function approve(at: Desking, reason: string | null): Promise<void> {
  const { ctx, filed, desk, task, by } = at;
  const approvers = desk.decisions.filter(
    (past) =>
      past.outcome === 'approve' && !past.voided && past.stage === task.stage && past.round === filed.round,
  );
  const distinct = approvers.filter(
    (one, index) => approvers.findIndex((other) => isSamePerson(handOf(one), handOf(other))) === index,
  );
  const enough = task.assignedAccountId !== null || distinct.length + 1 >= task.quorum;
  await Promise.all([
    note(at, { outcome: 'approve', note: reason }),
    record(ctx, {
      kind: 'decision.approved',
      subject: 'case',
      subjectId: filed.id,
      unionPath: filed.unionPath,
      data: { stage: task.stage, office: by.office, ...behalf(at) },
    }),
    enough
      ? ctx.db
          .updateTable('task')
          .set({ closed_at: ctx.now, closed_as: 'approve' })
          .where('id', '=', task.id)
          .execute()
      : Promise.resolve(),
  ]);
  const others = desk.tasks.filter((other) => other.id !== task.id);
  if (!enough || others.length > 0) {
    await moveCase(ctx, filed, { status: 'in_review', stage: filed.stage });
    return;
  }
  const stage = findStage(filed.definition.route, task.stage);
  if (stage?.publicNotice) await openNotice(ctx, filed, stage, stage.publicNotice.days);
  else await advance(ctx, filed, task.stage);
}

/** Sends the case back to the member or to an earlier desk; what was decided since then counts no more. */
async function giveBack(at: Desking, reason: string, returnTo: string | null): Promise<void> {
  const { ctx, filed, task } = at;
  const earlier = stagesBefore(filed.definition.route, task.stage).map((stage) => stage.id);
  if (returnTo !== null && !earlier.includes(returnTo)) {
    throw new DomainError('input-invalid', {}, [
      {
        field: 'returnTo',
        reason: '只能退回给申请人或之前的环节',
        reasonEn: 'It can go back to the applicant or to an earlier stage',
      },
    ]);
  }
  await closeTasks(ctx, filed.id, 'return');
  await note(at, { outcome: 'return', note: reason, returnTo });
  const kept = returnTo === null ? [] : earlier.slice(0, earlier.indexOf(returnTo));
  await ctx.db
    .updateTable('decision')
    .set({ voided_at: ctx.now })
    .where('case_id', '=', filed.id)
    .where('outcome', 'in', ['approve', 'pass'])
    .where('voided_at', 'is', null)
    .where((eb) => eb.not(eb('stage', '=', eb.fn.any(eb.val(kept)))))
    .execute();
  filed.round += 1;
  await record(ctx, {
    kind: 'decision.returned',
    subject: 'case',
    subjectId: filed.id,
    unionPath: filed.unionPath,
    data: { stage: task.stage, returnTo: returnTo ?? 'applicant', ...behalf(at) },
  });
  if (returnTo !== null) {
    await reopenStage(ctx, filed, returnTo);
    return;
  }
  await ctx.db
    .updateTable('case')
    .set({ returned_note: reason, returned_stage: task.stage })
    .where('id', '=', filed.id)
    .execute();
  await moveCase(ctx, filed, { status: 'returned', stage: null, dueOn: null });
  await tellReturned(ctx, filed, at.by.office, reason);
}

async function decline(at: Desking, reason: string): Promise<void> {
  const { ctx, filed, task } = at;
  await closeTasks(ctx, filed.id, 'decline');
  await note(at, { outcome: 'decline', note: reason });
  await ownerOf(filed.definition.kind).released(ctx, filed);
  await moveCase(ctx, filed, { status: 'declined', stage: null, dueOn: null, decided: true });
  await record(ctx, {
    kind: 'case.declined',
    subject: 'case',
    subjectId: filed.id,
    unionPath: filed.unionPath,
    data: { stage: task.stage, ...behalf(at) },
  });
  await tellDeclined(ctx, filed, at.by.office, reason);
}

async function decide(ctx: Ctx, id: string, body: Decision): Promise<FiledCase> {
  const at = await sitDown(ctx, id, body.version);
  const stage = findStage(at.filed.definition.route, at.task.stage);
  if (stage && !stage.outcomes.includes(body.outcome)) {
    throw new DomainError('input-invalid', {}, [
      {
        field: 'outcome',
        reason: '这一环节不能这样审批',
        reasonEn: 'This stage cannot be decided like this',
      },
    ]);
  }
  const reason = body.note || null;
  if (body.outcome === 'approve') await approve(at, reason);
  else if (!reason) throw new DomainError('decision-note-missing');
  else if (body.outcome === 'decline') await decline(at, reason);
  else await giveBack(at, reason, body.returnTo && body.returnTo !== 'applicant' ? body.returnTo : null);
  return at.filed;
}

/** One decision on one case: approve, return or decline. */
export async function decideCase(
  ctx: Ctx,
  { params, body }: InputOf<Cases['decide']>,
): Promise<ReplyOf<Cases['decide']>> {
  return receiptOf(await decide(ctx, params.id, body));
}

/** The same decision on many cases. Each succeeds or fails whole; ids are taken in order, so two bulks cannot deadlock. */
export async function decideMany(
  ctx: Ctx,
  { body }: InputOf<Cases['decideMany']>,
): Promise<ReplyOf<Cases['decideMany']>> {
  const results = new Map<string, { ok: boolean; code: string | null; reason: string | null }>();
  for (const id of [...new Set(body.ids)].toSorted()) {
    try {
      await savepoint(ctx, () => decide(ctx, id, { outcome: body.outcome, note: body.note }));
      results.set(id, { ok: true, code: null, reason: null });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      results.set(id, { ok: false, code: error.code, reason: error.text() });
    }
  }
  return { results: [...new Set(body.ids)].map((id) => ({ id, ...results.get(id)! })) };
}
