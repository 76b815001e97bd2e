import type { contract, InputOf, Permission, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { notify } from '../notifications/index.ts';
import { ancestorsOf } from '../unions/index.ts';
import { filedCase, mayDecideAt } from './advance.ts';
import { wholeAnswers } from './answers.ts';
import { lockCase, notOpen } from './case-record.ts';
import { getItemVersion } from './catalogue-items.ts';
import { readDesk, requireTask, seatFor } from './deciders.ts';
import { findCaseInScope } from './get-case.ts';
import { writeDecision } from './write-decision.ts';

type Cases = typeof contract.cases;
type PassOn = InputOf<Cases['handOver']>;

/** The actor's open task and the colleague, who must be able to take it. */
async function prepare(ctx: Ctx, { params, body }: PassOn) {
  const found = await lockCase(ctx, params.id);
  if (found.status !== 'in_review') throw notOpen(found.status);
  const { definition } = await getItemVersion(ctx, found.itemCode, found.itemVersion);
  const filed = filedCase(found, definition, wholeAnswers(ctx, found));
  const { by, task } = requireTask(ctx, filed, await readDesk(ctx, found.id, found.memberId));
  const able = await mayDecideAt(ctx, body.accountId, task.permission as Permission, task.unionPath);
  if (!able || body.accountId === by.accountId) {
    throw new DomainError('input-invalid', {}, [
      {
        field: 'accountId',
        reason: '请选择同一工会中有同样审批权限的同事',
        reasonEn: 'Please choose a colleague at the same union who may decide this',
      },
    ]);
  }
  return { filed, by, task };
}

async function note(
  ctx: Ctx,
  at: Awaited<ReturnType<typeof prepare>>,
  outcome: 'hand-over' | 'countersign',
  body: PassOn['body'],
) {
  const { filed, by, task } = at;
  await writeDecision(ctx, filed, { stage: task.stage, outcome, by, note: body.note });
  await record(ctx, {
    kind: outcome === 'hand-over' ? 'task.handed-over' : 'task.countersign-asked',
    subject: 'case',
    subjectId: filed.id,
    unionPath: filed.unionPath,
    data: { stage: task.stage, to: body.accountId },
  });
  const [title, titleEn] =
    outcome === 'hand-over'
      ? ['有一件申请转给您办理', 'A case was handed over to you']
      : ['请您会签一件申请', 'You are asked to countersign a case'];
  await notify(ctx, {
    to: { accountId: body.accountId },
    title,
    text: `编号 ${filed.number}。${by.name}：${body.note}`,
    titleEn,
    textEn: `Number ${filed.number}. ${by.name}: ${body.note}`,
    caseId: filed.id,
  });
}

/** Active accounts that hold the open task's permission over its union; not myself, not the applicant. */
export async function listColleagues(
  ctx: Ctx,
  { params }: InputOf<Cases['colleagues']>,
): Promise<ReplyOf<Cases['colleagues']>> {
  const found = await findCaseInScope(ctx, params.id);
  const { tasks } = await readDesk(ctx, found.id, found.memberId);
  const task = ctx.actor.kind === 'cadre' ? seatFor(ctx.actor, { tasks })?.task : null;
  if (!task || ctx.actor.kind !== 'cadre') return { items: [] };
  const above = (await ancestorsOf(ctx, task.unionPath)).map((union) => union.path);
  const rows = await ctx.db
    .selectFrom('account')
    .innerJoin('grant', 'grant.account_id', 'account.id')
    .innerJoin('union', 'union.id', 'grant.union_id')
    .select(['account.id', 'account.name', 'account.member_id', 'union.name as office'])
    .distinctOn('account.id')
    .where('account.status', '=', 'active')
    .where('account.id', '!=', ctx.actor.accountId)
    .where('grant.revoked_at', 'is', null)
    .where((eb) => eb('grant.union_path', '=', eb.fn.any(eb.val(above))))
    .orderBy('account.id')
    .execute();
  const items = [];
  for (const row of rows) {
    if (row.member_id === found.memberId) continue;
    if (!(await mayDecideAt(ctx, row.id, task.permission as Permission, task.unionPath))) continue;
    items.push({ accountId: row.id, name: row.name, office: row.office });
  }
  return { items };
}

/** 转办: the open task becomes a colleague's, and hers alone. */
export async function handOver(ctx: Ctx, input: PassOn): Promise<ReplyOf<Cases['handOver']>> {
  const at = await prepare(ctx, input);
  await ctx.db
    .updateTable('task')
    .set({ assigned_account_id: input.body.accountId })
    .where('id', '=', at.task.id)
    .execute();
  await note(ctx, at, 'hand-over', input.body);
  return { ok: true };
}

/** 加签: a second task beside mine at the same stage; the stage waits for both. */
export async function countersign(ctx: Ctx, input: PassOn): Promise<ReplyOf<Cases['countersign']>> {
  const at = await prepare(ctx, input);
  const { filed, task } = at;
  await ctx.db
    .insertInto('task')
    .values({
      id: ctx.id(),
      case_id: filed.id,
      member_id: filed.memberId,
      case_path: filed.unionPath,
      stage: task.stage,
      round: filed.round,
      permission: task.permission,
      union_id: task.unionId,
      union_path: task.unionPath,
      assigned_account_id: input.body.accountId,
      quorum: 1,
      opened_at: ctx.now,
    })
    .execute();
  await note(ctx, at, 'countersign', input.body);
  return { ok: true };
}
