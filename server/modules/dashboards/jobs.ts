import { inSystemContext } from '../../kernel/context.ts';
import type { Federation, Platform } from '../../kernel/context.ts';
import { listFederations } from '../../kernel/app.ts';
import { foldRollups, isFoldWaiting } from './fold-rollups.ts';

const foldEveryMs = 1_000;

/**
 * Folds every federation's deltas once a second. pg-boss knows no interval below a minute, and a fold that is missed
 * is simply done by the next, on this server or another: so a plain loop is enough. Returns the function that stops it
 * and waits for the fold under way.
 */
export function startFolding(platform: Platform): () => Promise<void> {
  let stopped = false;
  let wake: () => void = () => {};
  const loop = async (): Promise<void> => {
    let federations: Federation[] = [];
    for (let round = 0; !stopped; round += 1) {
      try {
        if (round % 30 === 0 || federations.length === 0) federations = await listFederations(platform);
        for (const federation of federations) await foldOnce(platform, federation);
      } catch (error) {
        platform.log.warn({ err: error }, 'dashboards: the fold failed and will be tried again');
      }
      if (stopped) break;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, foldEveryMs);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const running = loop();
  return () => {
    stopped = true;
    wake();
    return running;
  };
}

/** Folds until nothing waits, a bounded batch per transaction. */
export async function foldOnce(platform: Platform, federation: Federation): Promise<void> {
  for (;;) {
    const folded = await inSystemContext(platform, federation, 'dashboards.fold', async (ctx) =>
      (await isFoldWaiting(ctx)) ? foldRollups(ctx) : null,
    );
    if (!folded || folded.deltas + folded.moments === 0) return;
  }
}
