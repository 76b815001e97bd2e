import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';

/** What was delivered came back (the bank returned the money): the case is approved still, and open. */
export async function reopenCase(ctx: Ctx, caseId: string): Promise<void> {
  const reopened = await ctx.db
    .updateTable('case')
    .set((eb) => ({ status: 'approved', version: eb('version', '+', 1), updated_at: ctx.now }))
    .where('id', '=', caseId)
    .where('status', '=', 'closed')
    .returning('union_path')
    .executeTakeFirst();
  if (!reopened) return;
  await record(ctx, {
    kind: 'case.reopened',
    subject: 'case',
    subjectId: caseId,
    unionPath: reopened.union_path,
  });
}

/** Closes an approved case whose outcome has been delivered (the money arrived, the membership began). */
export async function closeCase(ctx: Ctx, caseId: string): Promise<void> {
  const closed = await ctx.db
    .updateTable('case')
    .set((eb) => ({ status: 'closed', version: eb('version', '+', 1), updated_at: ctx.now }))
    .where('id', '=', caseId)
    .where('status', '=', 'approved')
    .returning(['id', 'union_path'])
    .executeTakeFirst();
  if (!closed) return;
  await record(ctx, {
    kind: 'case.closed',
    subject: 'case',
    subjectId: caseId,
    unionPath: closed.union_path,
  });
}
