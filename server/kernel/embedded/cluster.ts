import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, realpathSync } from 'node:fs';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Program } from './program.ts';
import type { RunAs } from './run-as.ts';
import { settingsText } from './settings.ts';

/** Name of the superuser and of the database inside the embedded server. */
export const EMBEDDED_NAME = 'smart_union';

/** Paths below `<data folder>/postgres`, all real paths. */
export interface Home {
  path: string;
  cluster: string;
  log: string;
  password: string;
}

/** Makes the folder that holds everything of the embedded server, with the modes each user needs. */
export function openHome(dataDir: string, runAs: RunAs): Home {
  mkdirSync(dataDir, { recursive: true });
  const path = join(realpathSync(resolve(dataDir)), 'postgres');
  mkdirSync(path, { recursive: true });
  // The unprivileged user passes through to the cluster but lists nothing; the password below stays ours alone.
  chmodSync(path, runAs.uid === undefined ? 0o700 : 0o711);
  return {
    path,
    cluster: join(path, 'cluster'),
    log: join(path, 'postgres.log'),
    password: join(path, 'password'),
  };
}

/**
 * How the server names its own data folder. Under a 0700 home `nobody` may not walk the path, but a process may always
 * name the folder it stands in, and we start it there before it drops our rights.
 */
export function clusterArgument(cluster: string, runAs: RunAs): string {
  return runAs.uid !== undefined && process.platform === 'linux' ? '/proc/self/cwd' : cluster;
}

/** Writes the cluster's postgresql.conf anew. */
export function writeSettings(home: Home, options: { disposable: boolean }): void {
  const path = join(home.cluster, 'postgresql.conf');
  // The folder belongs to the user the server runs as; `wx` never writes through a link somebody put there.
  rmSync(path, { force: true });
  writeFileSync(path, settingsText(options), { flag: 'wx' });
  chmodSync(path, 0o644);
}

/** @throws Error when the cluster was made by another major version than the program's. */
export function checkVersion(home: Home, program: Program): void {
  const cluster = readFileSync(join(home.cluster, 'PG_VERSION'), 'utf8').trim();
  const bundled = program.packageVersion.split('.')[0];
  if (cluster === bundled) return;
  throw new Error(
    `数据文件夹里的数据库是 PostgreSQL ${cluster}，而本程序自带的是 ${bundled}。请用旧版程序执行 backup，再用新版 restore。\n` +
      `The data folder holds PostgreSQL ${cluster}, this program bundles ${bundled}: ` +
      `back up with the old release and restore with this one.`,
  );
}

/** The superuser's password, made at the first start and readable by our user only. */
export function readPassword(home: Home): string {
  return readFileSync(home.password, 'utf8').trim();
}

/**
 * Runs initdb unless there is a cluster. It works in a folder of another name that is renamed when whole, so that a start
 * killed half way is simply begun again.
 */
export async function createCluster(
  home: Home,
  program: Program,
  runAs: RunAs,
  options: { disposable: boolean },
): Promise<void> {
  if (existsSync(home.cluster)) return;
  const draft = `${home.cluster}.new`;
  const secret = join(home.path, 'initdb-password');
  rmSync(draft, { recursive: true, force: true });
  rmSync(secret, { force: true });
  rmSync(home.password, { force: true });

  const password = randomBytes(24).toString('base64url');
  writeFileSync(home.password, password, { mode: 0o600, flag: 'wx' });
  writeFileSync(secret, password, { mode: 0o600, flag: 'wx' });
  mkdirSync(draft, { mode: 0o700 });
  if (runAs.uid !== undefined && runAs.gid !== undefined) {
    chownSync(secret, runAs.uid, runAs.gid);
    chownSync(draft, runAs.uid, runAs.gid);
  }
  const at = clusterArgument(draft, runAs);
  // Without an explicit locale the result is SQL_ASCII on a bare machine; with LC_CTYPE=C pg_trgm ignores Chinese. The
  // builtin provider sorts by code point for ever, whatever C library the data folder is moved to.
  const locale =
    process.platform === 'darwin' ? ['--lc-collate=C', '--lc-ctype=en_US.UTF-8'] : ['--locale=C.UTF-8'];
  const args = [
    '-D', at, `--username=${EMBEDDED_NAME}`, `--pwfile=${at === draft ? secret : `${at}/../initdb-password`}`,
    '--auth=scram-sha-256', '--encoding=UTF8', ...locale, '--locale-provider=builtin', '--builtin-locale=C.UTF-8',
    '--data-checksums', '--no-instructions', ...(options.disposable ? ['--no-sync'] : []),
  ]; // prettier-ignore
  try {
    await run(program.initdb, args, draft, runAs);
  } finally {
    rmSync(secret, { force: true });
  }
  renameSync(draft, home.cluster);
}

function run(file: string, args: string[], cwd: string, runAs: RunAs): Promise<void> {
  return new Promise((done, fail) => {
    const child = spawn(file, args, { ...runAs.spawnOptions, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', fail);
    child.on('close', (code, signal) => {
      if (code === 0) done();
      else fail(new Error(`${file} (${dirname(cwd)}) ended with ${code ?? signal}:\n${output.trim()}`));
    });
  });
}
