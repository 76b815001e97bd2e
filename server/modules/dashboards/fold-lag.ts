import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import type { Measure } from '../../kernel/metrics.ts';

interface Mark {
  /** Highest number of a waiting change at that time; numbers only grow. */
  highest: number;
  at: Date;
}

/**
 * How long the oldest change has been waiting to be folded, in seconds. Changes carry no time (they are written in every
 * request, and a column more would be paid for there), so the reading remembers what it saw: a change that waited at an
 * earlier reading and still does has waited at least since then. Exact to the pause between two readings.
 */
export function foldLag(): Measure {
  const marks = new Map<string, Mark[]>();
  return {
    name: 'rollup_lag_seconds',
    help: 'How long the oldest change has been waiting to reach the figures of the overview.',
    across: 'max',
    async read(ctx: Ctx) {
      const found = await sql<{ lowest: number | null; highest: number | null }>`
        select min(id) as lowest, max(id) as highest from rollup_delta`.execute(ctx.db);
      const { lowest, highest } = found.rows[0]!;
      const { code } = ctx.federation;
      if (lowest === null || highest === null) {
        marks.delete(code);
        return { '': 0 };
      }
      const seen = (marks.get(code) ?? []).filter((mark) => mark.highest >= lowest);
      marks.set(code, [...seen, { highest, at: ctx.now }]);
      return { '': seen[0] ? (ctx.now.getTime() - seen[0].at.getTime()) / 1000 : 0 };
    },
  };
}
