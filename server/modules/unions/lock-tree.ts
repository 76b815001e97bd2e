import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';

/** First half of the advisory lock's key; the federation's schema is the other. */
const treeLock = 7203;

/**
 * Who changes the tree does so alone; who writes rows that carry a union's path (enrolment, applications) shares, so
 * that no row is written with a path that is being changed. Held to the end of the transaction.
 */
export async function lockTree(ctx: Ctx, purpose: 'change' | 'use'): Promise<void> {
  const call = purpose === 'change' ? 'pg_advisory_xact_lock' : 'pg_advisory_xact_lock_shared';
  await sql`select ${sql.raw(call)}(${treeLock}, hashtext(${ctx.federation.schema}))`.execute(ctx.db);
}
