import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import { addWorkingDays, loadCalendar } from '../../kernel/calendar.ts';
import { together, type Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { addHappening } from '../../kernel/happenings.ts';
import { addDeltas } from '../../kernel/rollups.ts';
import { advance, filedCase, lineOf, moveCase } from './advance.ts';
import { sealAnswers, wholeAnswers } from './answers.ts';
import { lockOwnCase, notOpen, receiptOf, type CaseRecord } from './case-record.ts';
import { getItemVersion } from './catalogue-items.ts';
import { attachEvidence, completeAnswers } from './file-answers.ts';
import { tellSubmitted } from './messages.ts';
import { ownerOf, type FiledCase } from './owners.ts';

type Cases = typeof contract.cases;

/** 'HA2026-000123': federation, year, running number. */
const numberOf = (ctx: Ctx, found: CaseRecord) =>
  `${ctx.federation.code.slice(0, 2).toUpperCase()}${ctx.today.slice(0, 4)}-${String(found.sequence).padStart(6, '0')}`;

/** First submission: number, date and promise. They stay through returns and resubmissions. */
async function stampSubmission(ctx: Ctx, found: FiledCase, promiseDays: number): Promise<void> {
  const calendar = await loadCalendar(ctx);
  found.number = numberOf(ctx, found);
  found.submittedAt = ctx.now;
  found.promisedOn = addWorkingDays(calendar, ctx.today, promiseDays);
  found.unsaved = {
    number: found.number,
    submitted_at: ctx.now,
    submitted_on: ctx.today,
    promised_on: found.promisedOn,
    ...found.unsaved,
  };
}

/** What the overview counts and the wall tells of a first submission. */
async function tellOverview(ctx: Ctx, found: FiledCase): Promise<void> {
  await Promise.all([
    addDeltas(
      ctx,
      [ctx.today, ctx.today.slice(0, 4)].map((period) => ({
        unionPath: found.unionPath,
        metric: 'claims' as const,
        period,
        amount: 1,
      })),
    ),
    addHappening(ctx, 'claimed', found.id),
  ]);
}

/**
 * Submits a draft, or a returned case again. The form is complete, the evidence is attached, the owner has reserved
 * what there is to reserve, and the first task is open – or nothing of it happened.
 */
export async function submitCase(
  ctx: Ctx,
  { params, body }: InputOf<Cases['submit']>,
): Promise<ReplyOf<Cases['submit']>> {
  const found = await lockOwnCase(ctx, params.id);
  if (found.status !== 'draft' && found.status !== 'returned') throw notOpen(found.status);
  if (found.version !== body.version) throw new DomainError('version-stale');
  const { definition } = await getItemVersion(ctx, found.itemCode, found.itemVersion);
  const answers = completeAnswers(ctx, definition, wholeAnswers(ctx, found));
  const again = found.status === 'returned';
  const filed = filedCase(found, definition, answers);
  const [{ amountFen }, files] = await together([
    ownerOf(definition.kind).submitted(ctx, filed),
    attachEvidence(ctx, definition, found, answers),
    lineOf(ctx, filed),
  ]);
  filed.amountFen = amountFen;
  const { plain, sealed } = sealAnswers(ctx, definition, found.id, answers);
  filed.unsaved = {
    answers: JSON.stringify(plain),
    answers_sealed: sealed,
    amount_fen: amountFen,
    returned_note: null,
    returned_stage: null,
  };
  if (!again) await stampSubmission(ctx, filed, definition.promise.workingDays);
  await record(ctx, {
    kind: again ? 'case.resubmitted' : 'case.submitted',
    subject: 'case',
    subjectId: found.id,
    unionPath: found.unionPath,
    data: { item: found.itemCode, number: filed.number, files },
  });
  // A resubmitted case begins its route anew: whoever approved the old papers has not seen the new ones.
  await advance(ctx, filed, null);
  if (!again) await tellOverview(ctx, filed);
  await tellSubmitted(ctx, filed);
  return receiptOf(filed);
}

/** Takes a case back before it is approved. A draft simply ends; nothing was reserved for it. */
export async function withdrawCase(
  ctx: Ctx,
  { params }: InputOf<Cases['withdraw']>,
): Promise<ReplyOf<Cases['withdraw']>> {
  const found = await lockOwnCase(ctx, params.id);
  const open = ['draft', 'submitted', 'in_review', 'returned'].includes(found.status);
  if (!open) throw notOpen(found.status);
  const { definition } = await getItemVersion(ctx, found.itemCode, found.itemVersion);
  const filed = filedCase(found, definition, wholeAnswers(ctx, found));
  const wasDraft = found.status === 'draft';
  await closeTasks(ctx, found.id, 'withdrawn');
  if (!wasDraft) await ownerOf(definition.kind).released(ctx, filed);
  await moveCase(ctx, filed, { status: 'withdrawn', stage: null, dueOn: null, decided: true });
  await record(ctx, {
    kind: 'case.withdrawn',
    subject: 'case',
    subjectId: found.id,
    unionPath: found.unionPath,
  });
  return receiptOf(filed);
}

/** Closes every open task of a case. */
export async function closeTasks(ctx: Ctx, caseId: string, as: string): Promise<void> {
  const close = ctx.db
    .updateTable('task')
    .set({ closed_at: ctx.now, closed_as: as })
    .where('case_id', '=', caseId)
    .where('closed_at', 'is', null);
  ctx.later(close.compile());
}
