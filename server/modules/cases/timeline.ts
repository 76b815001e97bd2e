import { findStage } from '@smart-union/catalogue-kit';
import type { contract, ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import type { FiledCase } from './owners.ts';

export type TimelineEntry = ReplyOf<typeof contract.cases.getMine>['timeline'][number];

/** What a module to our right adds to a case's timeline and status line, e.g. the payment. */
export interface CaseFollowUp {
  entries: TimelineEntry[];
  paymentStatus: string | null;
  channel: 'bank-card' | 'home-visit' | null;
  /** What the actor may do with it; see the contract. */
  can: string[];
  /** When the money arrived. */
  paidAt: Date | null;
}

type Follow = (ctx: Ctx, filed: FiledCase) => Promise<CaseFollowUp>;

/** How the payment of each of a member's approved cases stands, by case. */
type Payments = (ctx: Ctx, memberId: string) => Promise<Map<string, string>>;

let follow: Follow = async () => ({ entries: [], paymentStatus: null, channel: null, can: [], paidAt: null });
let payments: Payments = async () => new Map();

/** Registered by disbursements when it is mounted. */
export function addToTimeline(part: Follow, standings: Payments): void {
  follow = part;
  payments = standings;
}

export const followUpOf = (ctx: Ctx, filed: FiledCase) => follow(ctx, filed);
export const paymentsOf = (ctx: Ctx, memberId: string) => payments(ctx, memberId);

interface Past {
  stage: string;
  outcome: string;
  office: string;
  note: string | null;
  at: Date;
  return_to: string | null;
}

interface Waiting {
  stage: string;
  office: string;
  due_on: string | null;
  waits_until: string | null;
  opened_at: Date;
}

const told: Record<string, { kind: TimelineEntry['kind']; zh: string; en: string }> = {
  approve: { kind: 'approved-stage', zh: '已通过', en: 'approved' },
  pass: { kind: 'approved-stage', zh: '已通过（同一审批人）', en: 'passed (same approver)' },
  return: { kind: 'returned', zh: '已退回', en: 'returned it' },
  decline: { kind: 'declined', zh: '没有通过', en: 'declined' },
  cancel: { kind: 'cancelled', zh: '取消了批准', en: 'took the approval back' },
};

/** The worker's view of her case: what happened, by which office (no cadre's name), what comes next and by when. */
export async function timelineOf(
  ctx: Ctx,
  filed: FiledCase,
  followUp: CaseFollowUp,
): Promise<TimelineEntry[]> {
  if (filed.status === 'draft') return [];
  const [decisions, waiting, submissions] = await Promise.all([
    ctx.db
      .selectFrom('decision')
      .select(['stage', 'outcome', 'office', 'note', 'at', 'return_to'])
      .where('case_id', '=', filed.id)
      .orderBy('at')
      .execute() as Promise<Past[]>,
    ctx.db
      .selectFrom('task')
      .innerJoin('union', 'union.id', 'task.union_id')
      .select(['task.stage', 'union.name as office', 'task.due_on', 'task.waits_until', 'task.opened_at'])
      .where('task.case_id', '=', filed.id)
      .where('task.closed_at', 'is', null)
      .execute() as Promise<Waiting[]>,
    ctx.db
      .selectFrom('audit_event')
      .select(['at', 'kind'])
      .where('subject_id', '=', filed.id)
      .where('kind', 'in', ['case.submitted', 'case.resubmitted', 'case.withdrawn'])
      .orderBy('at')
      .execute(),
  ]);
  const entries = [
    ...submissions.map(submissionEntry),
    ...decisions.filter((past) => told[past.outcome]).map((past) => decisionEntry(filed, past)),
    ...followUp.entries,
  ].toSorted((a, b) => (a.at ?? '9').localeCompare(b.at ?? '9'));
  return [...entries, ...waiting.map((one) => waitingEntry(filed, one))];
}

function submissionEntry({ at, kind }: { at: Date; kind: string }): TimelineEntry {
  const words = {
    'case.submitted': ['submitted', '您提交了申请', 'You applied'],
    'case.resubmitted': ['resubmitted', '您修改后重新提交', 'You corrected and sent it again'],
    'case.withdrawn': ['withdrawn', '您撤回了申请', 'You withdrew it'],
  } as const;
  const [entry, text, textEn] = words[kind as keyof typeof words];
  return { at: at.toISOString(), kind: entry, text, textEn, office: null, note: null, dueOn: null };
}

function decisionEntry(filed: FiledCase, past: Past): TimelineEntry {
  const { kind, zh, en } = told[past.outcome]!;
  const stage = findStage(filed.definition.route, past.stage);
  const back = past.return_to
    ? `给「${findStage(filed.definition.route, past.return_to)?.title ?? ''}」`
    : '';
  return {
    at: past.at.toISOString(),
    kind,
    text: `${past.office}${zh}${back}`,
    textEn: `${past.office} ${en}${stage?.titleEn ? ` (${stage.titleEn})` : ''}`,
    office: past.office,
    note: past.outcome === 'approve' || past.outcome === 'pass' ? null : past.note,
    dueOn: null,
  };
}

function waitingEntry(filed: FiledCase, waiting: Waiting): TimelineEntry {
  if (waiting.waits_until) {
    const text = `正在公示，${waiting.waits_until} 结束`;
    return {
      at: null,
      kind: 'public-notice',
      text,
      textEn: `Public notice until ${waiting.waits_until}`,
      office: waiting.office,
      note: null,
      dueOn: waiting.waits_until,
    };
  }
  const stage = findStage(filed.definition.route, waiting.stage);
  return {
    at: null,
    kind: 'stage-opened',
    text: `等待${waiting.office}办理（${stage?.title ?? ''}）`,
    textEn: `With ${waiting.office}${stage?.titleEn ? ` (${stage.titleEn})` : ''}`,
    office: waiting.office,
    note: null,
    dueOn: waiting.due_on,
  };
}
