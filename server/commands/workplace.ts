import { join } from 'node:path';
import pg from 'pg';
import { compose, type Server } from '../compose.ts';
import { migrateAll } from '../federations.ts';
import { listFederations } from '../kernel/app.ts';
import { readConfig, type Config } from '../kernel/config.ts';
import type { Federation, Platform } from '../kernel/context.ts';
import { ensureDatabase } from '../kernel/embedded/ensure-database.ts';
import { requireSameKeys } from '../kernel/pii/same-keys.ts';
import { Refusal, UsageError, type Option, type Terminal, type Typed } from './command.ts';

export const federationOption: Record<string, Option> = {
  federation: { value: '代码', zh: '哪个总工会；只有一个时不用写' },
};

export const migrationsOf = (terminal: Terminal) => join(terminal.root, 'db/migrations');

/** The environment's settings for a command: no log between the lines of its output. */
export const configOf = (terminal: Terminal): Config => ({
  ...readConfig(terminal.env),
  logLevel: terminal.env.LOG_LEVEL === 'debug' ? 'debug' : 'silent',
});

/**
 * The database, for as long as `work` takes: the one of a server that is running on the data folder, else started for the
 * command. With `alone` a running server is a reason to refuse.
 */
export async function withDatabase<T>(
  terminal: Terminal,
  work: (url: string, config: Config) => Promise<T>,
  { alone = false } = {},
): Promise<T> {
  const config = configOf(terminal);
  const database = await ensureDatabase({
    dataDir: config.dataDir,
    databaseUrl: config.databaseUrl ?? undefined,
    beside: !alone,
    log: (message) => terminal.err(`${message}\n`),
  });
  try {
    return await work(database.url, config);
  } finally {
    await database.stop();
  }
}

const limits =
  '-c statement_timeout=0 -c idle_in_transaction_session_timeout=0 -c datestyle=ISO -c bytea_output=hex';

/** The owner's connection, without the limits that requests have. */
export async function withOwner<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, options: limits });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The whole house without its doors: everything is mounted and nothing listens. Schemas are brought up to date first. */
export function withPlatform<T>(
  terminal: Terminal,
  work: (platform: Platform, server: Server) => Promise<T>,
): Promise<T> {
  return withDatabase(terminal, async (databaseUrl, config) => {
    await migrateAll(databaseUrl, migrationsOf(terminal), new Date());
    const server = await compose({ config, databaseUrl, root: terminal.root });
    try {
      await requireSameKeys(databaseUrl, server.platform.pii.fingerprint, new Date());
      return await work(server.platform, server);
    } finally {
      await server.close();
    }
  });
}

/** The federation named by `--federation`, or the only one. */
export async function chooseFederation(platform: Platform, typed: Typed): Promise<Federation> {
  const all = await listFederations(platform);
  const codes = all.map(({ code }) => code).join('、');
  const wanted = typed.options.federation;
  if (all.length === 0)
    throw new Refusal('还没有总工会。先建一个：npm run cli -- federation create 代码 名称');
  if (wanted === undefined && all.length > 1)
    throw new UsageError(`有多个总工会，请用 --federation 指明：${codes}`);
  const found = wanted === undefined ? all[0] : all.find(({ code }) => code === wanted);
  if (!found) throw new Refusal(`没有代码为 ${wanted} 的总工会。现有：${codes}`);
  return found;
}
