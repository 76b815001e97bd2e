import { savepoint, type Ctx } from '../context.ts';
import { defineJob } from '../jobs.ts';
import type { FileRow } from './describe.ts';
import { discardParts, discardSpools } from './incoming.ts';

const hour = 3_600_000;
const unfinishedMillis = 48 * hour;
/** A draft may wait for a paper from the hospital; its photos wait as long. */
const looseMillis = 60 * 24 * hour;
const atOnce = 500;

/** Takes a file's contents away once the transaction that forgets its row is committed. */
export function discardContents(ctx: Ctx, row: FileRow): void {
  ctx.afterCommit(() => {
    const names = [row.stored_as, row.preview_as].filter((name) => name !== null);
    const removals = [discardParts(ctx, row.id), ...names.map((name) => ctx.files.remove(name))];
    // What stays behind is sealed and belongs to nobody; the log tells of it.
    Promise.all(removals).catch((error: unknown) =>
      ctx.log.warn({ err: error, file: row.id }, 'file not removed'),
    );
  });
}

/** Forgets uploads that were never finished, refused ones, and finished ones no case has claimed for two months. */
export async function sweepFiles(ctx: Ctx): Promise<number> {
  const [unfinished, loose] = [unfinishedMillis, looseMillis].map(
    (millis) => new Date(ctx.now.getTime() - millis),
  );
  const rows = await ctx.db
    .selectFrom('file')
    .selectAll()
    .where('case_id', 'is', null)
    .where((eb) =>
      eb.or([
        eb.and([eb('status', '!=', 'ready'), eb('created_at', '<', unfinished!)]),
        eb('created_at', '<', loose!),
      ]),
    )
    .orderBy('created_at')
    .limit(atOnce)
    .execute();
  let swept = 0;
  for (const row of rows) {
    // A file something else refers to stays, and does not keep the rest from going.
    const gone = await savepoint(ctx, () =>
      ctx.db.deleteFrom('file').where('id', '=', row.id).execute(),
    ).then(
      () => true,
      () => false,
    );
    if (!gone) continue;
    discardContents(ctx, row);
    swept += 1;
  }
  return swept;
}

export const sweepJob = defineJob({
  name: 'files.sweep',
  schedule: { everyMinutes: 60 },
  async run(ctx) {
    const swept = await sweepFiles(ctx);
    await discardSpools(ctx);
    if (swept > 0) ctx.log.info({ swept }, 'uploads swept');
  },
});
