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
  /** For servers: with a `databaseUrl`, several may have the data folder – one machine's, or one all of them mount. */
  serving?: boolean;
}

/**
 * The database `databaseUrl` points at, or else the bundled server started on the data folder. The data folder
 * belongs to the caller until `stop` – unless it works `beside` an instance that has it, or shares it with other servers.
 * @throws DataFolderInUseError
 */
export async function ensureDatabase(choice: DatabaseChoice): Promise<EmbeddedDatabase> {
  try {
    if (choice.databaseUrl === undefined || choice.databaseUrl === '') return await startEmbedded(choice);
    const shared = choice.serving === true || choice.beside === true;
    const lock = await lockDataFolder(choice.dataDir, { shared });
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
