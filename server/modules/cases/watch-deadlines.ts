import { dateEn } from '@smart-union/catalogue-kit';
import { sql } from 'kysely';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { deputiesOf } from '../accounts/index.ts';
import { notify } from '../notifications/index.ts';
import { advance, filedCase, noticeOf } from './advance.ts';
import { wholeAnswers } from './answers.ts';
import { lockCase } from './case-record.ts';
import { getItemVersion } from './catalogue-items.ts';
import { dayZh } from './messages.ts';

/** Tells those who hold an overdue task, and those above them, once per task. Returns how many were escalated. */
export async function escalateOverdue(ctx: Ctx): Promise<number> {
  const overdue = await ctx.db
    .selectFrom('task')
    .innerJoin('case', 'case.id', 'task.case_id')
    .select([
      'task.id',
      'task.case_id',
      'task.union_path',
      'task.permission',
      'task.due_on',
      'case.number',
      'case.union_path as case_path',
    ])
    .where('task.closed_at', 'is', null)
    .where('task.escalated_at', 'is', null)
    .where('task.due_on', '<', ctx.today)
    .orderBy('task.id')
    .limit(1000)
    .forUpdate('task')
    .skipLocked()
    .execute();
  for (const task of overdue) {
    await ctx.db.updateTable('task').set({ escalated_at: ctx.now }).where('id', '=', task.id).execute();
    await ctx.db.updateTable('case').set({ escalated: true }).where('id', '=', task.case_id).execute();
    // Grants over the deciding union or anything above it: the desk itself and its superiors.
    const holders = await ctx.db
      .selectFrom('grant')
      .innerJoin('account', 'account.id', 'grant.account_id')
      .select('grant.account_id')
      .distinct()
      .where('grant.revoked_at', 'is', null)
      .where('account.status', '=', 'active')
      .where('grant.role', 'in', ['unit-chair', 'town-cadre', 'district-approver'])
      .where((eb) =>
        eb.or([
          eb('grant.union_path', '=', task.union_path),
          sql<boolean>`${task.union_path}::text like ${eb.ref('grant.union_path')} || '.%'`,
        ]),
      )
      .execute();
    const absent = holders.map(({ account_id }) => account_id);
    for (const account_id of new Set([...absent, ...(await deputiesOf(ctx, absent))])) {
      await notify(ctx, {
        to: { accountId: account_id },
        title: '有申请超期未办',
        text: `编号 ${task.number} 应在 ${dayZh(task.due_on!)} 前办理，已超期。请尽快处理。`,
        titleEn: 'A case is overdue',
        textEn: `Number ${task.number} was due by ${dateEn(task.due_on!)}. Please decide it soon.`,
        caseId: task.case_id,
      });
    }
    await record(ctx, {
      kind: 'task.escalated',
      subject: 'case',
      subjectId: task.case_id,
      unionPath: task.case_path,
    });
  }
  return overdue.length;
}

/** Moves on every case whose public notice has run out. Returns how many. */
export async function endNotices(ctx: Ctx): Promise<number> {
  const over = await ctx.db
    .selectFrom('task')
    .select(['id', 'case_id', 'stage'])
    .where('closed_at', 'is', null)
    .where('waits_until', '<', ctx.today)
    .limit(500)
    .execute();
  for (const notice of over) {
    const found = await lockCase(ctx, notice.case_id);
    const closed = await ctx.db
      .updateTable('task')
      .set({ closed_at: ctx.now, closed_as: 'notice-over' })
      .where('id', '=', notice.id)
      .where('closed_at', 'is', null)
      .returning('id')
      .executeTakeFirst();
    // Another server was first.
    if (!closed || found.status !== 'in_review') continue;
    const { definition } = await getItemVersion(ctx, found.itemCode, found.itemVersion);
    const stage = definition.route.find((one) => noticeOf(one.id) === notice.stage);
    if (stage) await advance(ctx, filedCase(found, definition, wholeAnswers(ctx, found)), stage.id);
  }
  return over.length;
}
