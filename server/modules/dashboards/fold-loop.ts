import { setTimeout as pause } from 'node:timers/promises';
import { listFederations } from '../../kernel/app.ts';
import { inSystemContext } from '../../kernel/context.ts';
import type { Federation, Platform } from '../../kernel/context.ts';
import { foldRollups, isFoldWaiting } from './fold-rollups.ts';

const foldEveryMs = 1_000;
/** Rounds between two looks at the list of federations. */
const roundsPerList = 30;

/**
 * Folds every federation's deltas once a second. The job queue knows no interval below a minute, and a fold that is
 * missed is simply done by the next, on this server or another: so a plain loop is enough. Returns the function that
 * stops it and waits for the fold under way.
 */
export function startFolding(platform: Platform): () => Promise<void> {
  const stop = new AbortController();
  const running = foldForever(platform, stop.signal);
  return () => {
    stop.abort();
    return running;
  };
}

async function foldForever(platform: Platform, stop: AbortSignal): Promise<void> {
  let federations: Federation[] = [];
  for (let round = 0; !stop.aborted; round += 1) {
    try {
      if (round % roundsPerList === 0 || federations.length === 0)
        federations = await listFederations(platform);
      for (const federation of federations) await foldOnce(platform, federation);
    } catch (error) {
      platform.log.warn({ err: error }, 'dashboards: the fold failed and will be tried again');
    }
    // Rejects only because it was told to stop.
    await pause(foldEveryMs, undefined, { signal: stop }).catch(() => {});
  }
}

/** Folds until nothing waits, a bounded batch per transaction. Leaves at once when another server is at it. */
export async function foldOnce(platform: Platform, federation: Federation): Promise<void> {
  for (;;) {
    const folded = await inSystemContext(platform, federation, 'dashboards.fold', async (ctx) =>
      (await isFoldWaiting(ctx)) ? foldRollups(ctx) : null,
    );
    if (!folded || folded.deltas + folded.moments === 0) return;
  }
}
