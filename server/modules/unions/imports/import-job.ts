import { setTimeout as pause } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Permission } from '@smart-union/contract';
import { scopeFor } from '../../../kernel/access.ts';
import type { Auth } from '../../../kernel/auth.ts';
import { savepoint, withScope, type Ctx } from '../../../kernel/context.ts';
import { DomainError } from '../../../kernel/errors.ts';
import { defineJob } from '../../../kernel/jobs.ts';
import type { OnProgress, RosterKind } from './kind.ts';
import type { Problem } from './queries.ts';
import { jobOf, readKept, saveInTurn } from './run-import.ts';
import { dropFileAfter } from './store-file.ts';

const tellEveryMillis = 700;

/**
 * Writes how far a run is where others see it, beside the transaction of the work. Where the row is locked, because the work is
 * about to end, it is left alone: nobody waits for anybody.
 */
function progressOf(ctx: Ctx, importId: string): OnProgress {
  let resting = false;
  return (progress) => {
    if (resting) return;
    resting = true;
    const told = ctx
      .beside((other) =>
        sql`update roster_import set progress = ${JSON.stringify(progress)}::jsonb where id = (
          select id from roster_import where id = ${importId} and status in ('reading', 'saving') for update skip locked
        )`.execute(other.db),
      )
      .catch((error: unknown) => ctx.log.warn({ err: error }, 'the progress of an import was not told'));
    void Promise.all([told, pause(tellEveryMillis, undefined, { ref: false })]).then(() => (resting = false));
  };
}

async function noteProblem(ctx: Ctx, id: string, reading: boolean, refusal: DomainError): Promise<void> {
  const problem: Problem = { code: refusal.code, values: refusal.values };
  await ctx.db
    .updateTable('roster_import')
    .set({
      // What could not be saved can be looked at, and thrown away, as before.
      ...(reading ? { status: 'failed', stored_as: '' } : { status: 'previewed' }),
      progress: null,
      problem: JSON.stringify(problem),
    })
    .where('id', '=', id)
    .where('status', '=', reading ? 'reading' : 'saving')
    .execute();
  if (reading) dropFileAfter(ctx, id);
}

/**
 * Goes on with a run where its row says: reads the file, or saves what the preview said. It is done as the cadre who asked, with
 * what she may do now. A killed server's run begins anew elsewhere; its transaction left nothing behind.
 */
export function importJob<Plan>(kind: RosterKind<Plan>, permission: Permission, auth: Auth) {
  return defineJob<{ importId: string }>({
    name: jobOf(kind.noun),
    keepsAlive: true,
    timeoutSeconds: 20,
    retry: { limit: 5, delaySeconds: 2 },
    async run(ctx, { importId: id }) {
      const run = await ctx.db
        .selectFrom('roster_import')
        .select(['status', 'account_id'])
        .where('id', '=', id)
        .executeTakeFirst();
      if (run?.status !== 'reading' && run?.status !== 'saving') return;
      const reading = run.status === 'reading';
      const onProgress = progressOf(ctx, id);
      try {
        const actor = run.account_id && (await auth.cadreOf(ctx.db, run.account_id, ctx.now));
        if (!actor) throw new DomainError('permission-missing');
        const scope = scopeFor(actor, permission);
        const own: Ctx = { ...ctx, actor, scope };
        await savepoint(ctx, () =>
          withScope(own, scope, () =>
            reading ? readKept(own, kind, id, onProgress) : saveInTurn(own, kind, id, onProgress),
          ),
        );
        // Back from her scope: what follows is the queue's.
        await withScope(ctx, ctx.scope, () => Promise.resolve());
      } catch (error) {
        if (!(error instanceof DomainError)) throw error;
        await noteProblem(ctx, id, reading, error);
      }
    },
  });
}
