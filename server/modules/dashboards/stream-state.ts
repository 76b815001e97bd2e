import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import { statement } from '../../kernel/db/statement.ts';

/** How far this federation's figures and moments have come. */
export interface State {
  /** Rises with every fold that changed a figure. */
  version: number;
  /** The number of the newest moment. */
  lastMoment: number;
  /** The last fold; null before the first. */
  foldedAt: Date | null;
  /** Changes wait for the next fold. */
  waiting: boolean;
}

type Row = { [K in keyof State]: State[K] | null };

const state = statement(
  () => sql<Row>`
  select (select version from rollup_state where id = 1) as version, (select max(id) from moment) as "lastMoment",
    (select folded_at from rollup_state where id = 1) as "foldedAt",
    exists (select 1 from rollup_delta) or exists (select 1 from happening) as waiting`,
);

export async function readState(ctx: Ctx): Promise<State> {
  const [row] = await state(ctx, {});
  return {
    version: row?.version ?? 0,
    lastMoment: row?.lastMoment ?? 0,
    foldedAt: row?.foldedAt ?? null,
    waiting: row?.waiting ?? false,
  };
}

/** Until when the figures are known to be true: now, or the last fold while changes wait for the next one. */
export const freshnessOf = (ctx: Ctx, { waiting, foldedAt }: State): Date =>
  waiting ? (foldedAt ?? ctx.now) : ctx.now;
