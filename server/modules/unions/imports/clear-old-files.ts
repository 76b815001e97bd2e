import type { Ctx } from '../../../kernel/context.ts';
import { defineJob } from '../../../kernel/jobs.ts';
import { dropFileAfter } from './store-file.ts';

/** A preview nobody committed is no longer meant; what was committed may be asked for its refused rows for a while. */
const days = { preview: 2, committed: 30 };

const daysAgo = (ctx: Ctx, count: number) => new Date(ctx.now.getTime() - count * 86_400_000);

/** Every night: forgets previews left lying and the sealed files of old imports. Personal data is kept no longer than needed. */
export const clearOldRosters = defineJob({
  name: 'unions.clear-old-rosters',
  schedule: { dailyAt: '03:10' },
  run: clearOldFiles,
});

export async function clearOldFiles(ctx: Ctx): Promise<void> {
  const left = await ctx.db
    .updateTable('roster_import')
    .set({ status: 'discarded', progress: null })
    // What is still read or saved after two days was given up by the queue.
    .where('status', 'in', ['previewed', 'reading', 'saving'])
    .where('created_at', '<', daysAgo(ctx, days.preview))
    .returning('id')
    .execute();
  const old = await ctx.db
    .updateTable('roster_import')
    .set({ stored_as: '' })
    .where('stored_as', '<>', '')
    .where((eb) =>
      eb.or([eb('created_at', '<', daysAgo(ctx, days.committed)), eb('status', '=', 'discarded')]),
    )
    .returning('id')
    .execute();
  const ids = left.map(({ id }) => id);
  await ctx.db
    .deleteFrom('roster_fault')
    .where((eb) => eb('import_id', '=', eb.fn.any(eb.val(ids))))
    .execute();
  for (const { id } of old) dropFileAfter(ctx, id);
}
