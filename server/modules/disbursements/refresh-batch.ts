import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';

/**
 * Counts a batch's results anew and says whether it is square: every line has a final result and no exception is open.
 * The caller has locked the batch.
 */
export async function refreshBatch(ctx: Ctx, batchId: string, returnNumber?: number): Promise<void> {
  await sql`
    update payment_batch b set
      ok_count = l.ok, failed_count = l.failed,
      return_number = coalesce(${returnNumber ?? null}::int, b.return_number),
      returned_at = coalesce(b.returned_at, ${ctx.now}::timestamptz),
      status = case when l.waiting = 0 and not exists (
        select 1 from payment_exception e where e.batch_id = b.id and e.status = 'open')
        then 'reconciled' else 'returned' end
    from (
      select count(*) filter (where result = 'ok') as ok, count(*) filter (where result = 'rejected') as failed,
        count(*) filter (where result in ('pending', 'exception')) as waiting
      from payment_line where batch_id = ${batchId}
    ) as l
    where b.id = ${batchId}`.execute(ctx.db);
}
