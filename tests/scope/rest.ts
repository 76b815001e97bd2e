import { setTimeout as pause } from 'node:timers/promises';
import { foldOnce } from '../../server/modules/dashboards/fold-loop.ts';
import { isFoldWaiting } from '../../server/modules/dashboards/fold-rollups.ts';
import type { TestApp } from '../database/test-app.ts';

const patienceMs = 60_000;

/**
 * Waits until nothing that the scene has set going is still to be written: every queued job has run, and the figures,
 * which a loop folds once a second, are folded. From here on a table changes only because somebody changes it.
 */
export async function comeToRest(t: TestApp): Promise<void> {
  const { platform } = t.server;
  for (const until = Date.now() + patienceMs; ;) {
    const ran = await platform.jobs.drain(platform);
    await foldOnce(platform, t.federation);
    // The server's own loop may hold the fold: what it takes disappears from here in the transaction that writes it.
    if (ran === 0 && !(await t.db(isFoldWaiting))) return;
    if (Date.now() > until) throw new Error('the scene does not come to rest');
    await pause(20);
  }
}
