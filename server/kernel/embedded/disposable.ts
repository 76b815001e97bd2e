import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataFolderInUseError, lockDataFolder } from './data-folder-lock.ts';
import { startEmbedded } from './launch.ts';
import type { EmbeddedDatabase } from './launch.ts';
import { listPostgresOf } from './process-identity.ts';
import { signalProcess } from './postmaster.ts';

const PREFIX = 'smart-union-disposable-';

/**
 * A server for one run in a temporary folder, gone with its files after `stop`. For tests it is fast and would not survive a
 * power cut; a benchmark asks for a `durable` one, which writes as the real one does.
 */
export async function startDisposable(options: { durable?: boolean } = {}): Promise<EmbeddedDatabase> {
  await sweepAbandoned();
  const dataDir = mkdtempSync(join(tmpdir(), PREFIX));
  const database = await startEmbedded({ dataDir, disposable: options.durable !== true });
  return {
    ...database,
    stop: async () => {
      await database.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** A test run that was killed leaves its server running and its folder behind; the next run removes both. */
async function sweepAbandoned(): Promise<void> {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(PREFIX))) {
    const dataDir = join(tmpdir(), name);
    // Somebody else's run on a shared machine, or one that has made its folder this minute and not locked it yet.
    const stat = statSync(dataDir, { throwIfNoEntry: false });
    if (stat === undefined || stat.uid !== process.getuid?.() || Date.now() - stat.mtimeMs < 60_000) continue;
    try {
      await lockDataFolder(dataDir);
    } catch (error) {
      // In use, or another run that starts now is removing it under our hands.
      if (error instanceof DataFolderInUseError || (error as NodeJS.ErrnoException).code === 'ENOENT')
        continue;
      throw error;
    }
    for (const pid of listPostgresOf(join(dataDir, 'postgres/cluster'))) signalProcess(pid, 'SIGKILL');
    rmSync(dataDir, { recursive: true, force: true });
  }
}
