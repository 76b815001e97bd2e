import { DataFolderInUseError, lockDataFolder } from './data-folder-lock.ts';
import { findRunningUrl, startEmbedded } from './launch.ts';
import type { EmbeddedDatabase, EmbeddedOptions } from './launch.ts';

/** Which database to work with. */
export interface DatabaseChoice extends EmbeddedOptions {
  /** A server to use instead of the bundled one; nothing is started, and `stop` leaves it running. */
  databaseUrl?: string | undefined;
  /**
   * For commands run beside a serving instance: when one has the data folder, work on its database instead of being refused.
   */
  beside?: boolean;
}

/**
 * The database `databaseUrl` points at, or else the bundled server started on the data folder. Either way the data folder belongs
 * to the caller until `stop` – unless it works `beside` an instance that has it.
 * @throws DataFolderInUseError
 */
export async function ensureDatabase(choice: DatabaseChoice): Promise<EmbeddedDatabase> {
  try {
    if (choice.databaseUrl === undefined || choice.databaseUrl === '') return await startEmbedded(choice);
    const lock = await lockDataFolder(choice.dataDir);
    return {
      url: choice.databaseUrl,
      firstStart: false,
      stop: () => Promise.resolve(lock.release()),
    };
  } catch (error) {
    if (!(error instanceof DataFolderInUseError) || choice.beside !== true) throw error;
    const url = choice.databaseUrl || (await findRunningUrl(choice.dataDir));
    if (url === undefined) throw error;
    return { url, firstStart: false, stop: () => Promise.resolve() };
  }
}
