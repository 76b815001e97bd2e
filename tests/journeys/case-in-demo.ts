import type { DemoServer } from './demo-server.ts';

/** The open draft of a person of the demo. */
export const draftOf = (demo: DemoServer, name: string) =>
  demo.db(async (ctx) => {
    const draft = ctx.db.selectFrom('case').select('id').where('applicant_name', '=', name);
    return (await draft.where('status', '=', 'draft').executeTakeFirstOrThrow()).id;
  });

export const statusOf = (demo: DemoServer, id: string, column: 'status' | 'stage' = 'status') =>
  demo.db(async (ctx) => {
    const row = await ctx.db
      .selectFrom('case')
      .select(['status', 'stage'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    return row[column];
  });

/** What the ledger moved for a case, in its order: 'reserve 10000'. */
export const transfersOf = (demo: DemoServer, caseId: string) =>
  demo.db(async (ctx) => {
    const rows = await ctx.db
      .selectFrom('transfer')
      .select(['kind', 'amount_fen'])
      .where('case_id', '=', caseId)
      .orderBy('at')
      .execute();
    return rows.map(({ kind, amount_fen }) => `${kind} ${amount_fen}`);
  });
