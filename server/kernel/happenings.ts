import type { Ctx } from './context.ts';
import { insertion } from './db/statement.ts';

const noted = insertion('happening');

/** What the wall tells: a claim was submitted for the first time, was finally approved, or its money has arrived. */
export type HappeningKind = 'claimed' | 'approved' | 'paid';

/**
 * Notes what happened to a case, in the transaction that does it. `dashboards` turns it into a moment of the ticker
 * (town, trade, item, hours; never a name) and, for `paid`, into the hours from claim to payment.
 */
export async function addHappening(ctx: Ctx, kind: HappeningKind, caseId: string): Promise<void> {
  noted.later(ctx, { at: ctx.now, kind, case_id: caseId });
}
