import { createHash } from 'node:crypto';
import type { Ctx } from '../../kernel/context.ts';
import { defineJob } from '../../kernel/jobs.ts';

const maxFailures = 5;
const lockMinutes = 15;

/** A name as it is looked up: case does not count. */
export const nameOf = (typed: string) => typed.toLowerCase();

const hashOfName = (name: string) => createHash('sha256').update(`sign-in ${name}`).digest();

/**
 * Minutes for which a name is still locked, 0 when it is not. Holds the name's row until the transaction ends, so that of
 * many tries at once each is counted; a name that no account has is treated in the same way and takes the same time.
 */
export async function lockedMinutes(ctx: Ctx, name: string): Promise<number> {
  const { locked_until: until } = await ctx.db
    .insertInto('sign_in_failure')
    .values({ name_hash: hashOfName(name), failures: 0, at: ctx.now })
    .onConflict((conflict) => conflict.column('name_hash').doUpdateSet({ at: ctx.now }))
    .returning('locked_until')
    .executeTakeFirstOrThrow();
  return until && until > ctx.now ? Math.ceil((until.getTime() - ctx.now.getTime()) / 60_000) : 0;
}

/** Counts a failure. Gives until when the name is now locked; null when it is not. */
export async function countFailure(ctx: Ctx, name: string): Promise<{ until: Date; minutes: number } | null> {
  const { failures } = await ctx.db
    .updateTable('sign_in_failure')
    .set((eb) => ({ failures: eb('failures', '+', 1) }))
    .where('name_hash', '=', hashOfName(name))
    .returning('failures')
    .executeTakeFirstOrThrow();
  if (failures < maxFailures) return null;
  const until = new Date(ctx.now.getTime() + lockMinutes * 60_000);
  await ctx.db
    .updateTable('sign_in_failure')
    .set({ failures: 0, locked_until: until })
    .where('name_hash', '=', hashOfName(name))
    .execute();
  return { until, minutes: lockMinutes };
}

export async function forgetFailures(ctx: Ctx, name: string): Promise<void> {
  await ctx.db.deleteFrom('sign_in_failure').where('name_hash', '=', hashOfName(name)).execute();
}

/** Failures of a day ago are nobody's attack any more, and names that nobody has must not gather. */
export const sweepFailures = defineJob({
  name: 'failures.sweep',
  schedule: { everyMinutes: 60 },
  async run(ctx) {
    const before = new Date(ctx.now.getTime() - 86_400_000);
    await ctx.db.deleteFrom('sign_in_failure').where('at', '<', before).execute();
  },
});
