import { startEmbedded } from './launch.ts';
import type { EmbeddedDatabase, EmbeddedOptions } from './launch.ts';

/**
 * The database to work with: the one `databaseUrl` points at, or else the bundled server started on the data folder.
 * A given server is used as it is: nothing is started, and `stop` leaves it alone.
 */
export async function ensureDatabase(
  options: EmbeddedOptions & { databaseUrl?: string | undefined },
): Promise<EmbeddedDatabase> {
  if (options.databaseUrl === undefined || options.databaseUrl === '') return startEmbedded(options);
  return { url: options.databaseUrl, firstStart: false, stop: () => Promise.resolve() };
}
