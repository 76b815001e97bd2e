import { existsSync } from 'node:fs';
import { Client } from 'pg';
import {
  checkVersion,
  createCluster,
  EMBEDDED_NAME,
  openHome,
  readPassword,
  writeSettings,
} from './cluster.ts';
import type { Home } from './cluster.ts';
import { lockDataFolder } from './data-folder-lock.ts';
import { findRunning, signalProcess, startPostmaster, stopPostmaster } from './postmaster.ts';
import type { Installation, Postmaster } from './postmaster.ts';
import { isAlive } from './process-identity.ts';
import { provideProgram } from './program.ts';
import { chooseRunAs } from './run-as.ts';

/** What to start and where. */
export interface EmbeddedOptions {
  /** Data folder; created when missing. The server keeps everything in `<dataDir>/postgres`. */
  dataDir: string;
  /** One call per line of progress, in Chinese. */
  log?: (message: string) => void;
  /** For tests: no fsync, nothing survives a power cut. */
  disposable?: boolean;
}

/** A running embedded server, locked to this process. */
export interface EmbeddedDatabase {
  /** Superuser on database `smart_union`, over loopback with a password of its own. Stays the same until `stop`. */
  url: string;
  /** True when this start created the database. */
  firstStart: boolean;
  /** Stops the server cleanly and frees the data folder. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the bundled PostgreSQL on a data folder, or takes over the one a killed instance left running there. Should the
 * server die under us it is started again on the same port: clients see broken connections, then a recovered database.
 * @throws DataFolderInUseError when another live instance has the data folder
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
  const log = options.log ?? (() => undefined);
  const disposable = options.disposable ?? false;
  const lock = await lockDataFolder(options.dataDir);
  let postmaster: Postmaster | undefined;
  try {
    const runAs = chooseRunAs();
    const home = openHome(options.dataDir, runAs);
    const program = provideProgram(home.path, runAs);
    const installation: Installation = { home, program, runAs, log };
    if (!existsSync(home.cluster)) log('正在初始化数据库……');
    await createCluster(home, program, runAs, { disposable });
    checkVersion(home, program);
    writeSettings(home, { disposable });

    postmaster = await adopt(installation, (port) => urlOf(home, port, 'postgres'));
    postmaster ??= await startPostmaster(installation);
    const firstStart = await createDatabase(urlOf(home, postmaster.port, 'postgres'));
    const keeper = keepRunning(installation, postmaster);
    return {
      url: urlOf(home, postmaster.port, EMBEDDED_NAME),
      firstStart,
      stop: async () => {
        await keeper.stop();
        lock.release();
      },
    };
  } catch (error) {
    if (postmaster !== undefined) await stopPostmaster(postmaster);
    lock.release();
    throw error;
  }
}

/** Address of the server another instance runs on this data folder; undefined when none is running. */
export async function findRunningUrl(dataDir: string): Promise<string | undefined> {
  const home = openHome(dataDir, chooseRunAs());
  const running = await findRunning(home);
  return running === undefined ? undefined : urlOf(home, running.port, EMBEDDED_NAME);
}

function urlOf(home: Home, port: number, database: string): string {
  return `postgres://${EMBEDDED_NAME}:${readPassword(home)}@127.0.0.1:${port}/${database}`;
}

/** A live server is kept when it is of this release and lets us in; any other one is shut down first. */
async function adopt(
  installation: Installation,
  urlFor: (port: number) => string,
): Promise<Postmaster | undefined> {
  const running = await findRunning(installation.home);
  if (running === undefined) return undefined;
  try {
    const version = await queryOne(urlFor(running.port), 'show server_version');
    if (installation.program.packageVersion.startsWith(`${version}.`)) {
      installation.log('接管上次意外中断后仍在运行的数据库');
      return running;
    }
  } catch {
    // It does not let us in: stopping it below costs a second, guessing why would cost more.
  }
  await stopPostmaster(running);
  return undefined;
}

/** Watches by polling because an adopted server is nobody's child of ours. */
function keepRunning(installation: Installation, first: Postmaster): { stop(): Promise<void> } {
  let current = first;
  let stopping: Promise<void> | undefined;
  let reviving: Promise<void> | undefined;

  const revive = async (): Promise<void> => {
    installation.log('数据库进程意外中断，正在重新启动……');
    try {
      current = await startPostmaster(installation, first.port);
      installation.log('数据库已恢复');
    } catch (error) {
      installation.log(`数据库没有恢复，稍后再试：${(error as Error).message}`);
    }
  };
  const watch = setInterval(() => {
    if (reviving !== undefined || stopping !== undefined || isAlive(current.process)) return;
    reviving = revive().finally(() => (reviving = undefined));
  }, 500);
  watch.unref();
  // The last resort when this process ends by an exception: a fast shutdown needs nobody to wait for it.
  const atExit = (): void => {
    if (isAlive(current.process)) signalProcess(current.process.pid, 'SIGINT');
  };
  process.once('exit', atExit);

  const stop = async (): Promise<void> => {
    clearInterval(watch);
    await reviving;
    await stopPostmaster(current);
    process.removeListener('exit', atExit);
  };
  return { stop: () => (stopping ??= stop()) };
}

async function createDatabase(maintenanceUrl: string): Promise<boolean> {
  const client = new Client({ connectionString: maintenanceUrl });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [EMBEDDED_NAME]);
    if (found.rowCount !== 0) return false;
    await client.query(`create database ${EMBEDDED_NAME}`);
    return true;
  } finally {
    await client.end();
  }
}

async function queryOne(url: string, sql: string): Promise<string> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const result = await client.query<Record<string, string>>(sql);
    return Object.values(result.rows[0] ?? {})[0] ?? '';
  } finally {
    await client.end();
  }
}
