import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findProcess, isAlive } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** Another live instance works on the data folder; the message is for the person who typed the command. */
export class DataFolderInUseError extends Error {
  readonly code = 'data-folder-in-use';
  readonly holderPid: number;

  constructor(dataDir: string, holderPid: number) {
    super(
      `数据文件夹 ${dataDir} 正由另一个运行中的智慧工会使用（进程号 ${holderPid}）。` +
        `请先停止它，或者用 DATA_DIR 换一个文件夹再启动。\n` +
        `The data folder ${dataDir} is in use by another running Smart Union (process ${holderPid}). ` +
        `Stop it first, or start with another DATA_DIR.`,
    );
    this.name = 'DataFolderInUseError';
    this.holderPid = holderPid;
  }
}

/** A held lock; `release` is idempotent. */
export interface DataFolderLock {
  release(): void;
}

/**
 * Takes the data folder for this process, creating it when missing. A lock left behind by a killed process is taken over.
 * Node has no flock(2); a lock file that appears whole (`link` fails when it exists) and names one life of one process
 * does the same, and needs nothing to be cleaned up after SIGKILL. It does not see through process namespaces: two
 * containers must not share one data folder.
 * @throws DataFolderInUseError
 */
export function lockDataFolder(dataDir: string): DataFolderLock {
  mkdirSync(dataDir, { recursive: true });
  const path = join(dataDir, 'lock');
  const self = findProcess(process.pid);
  if (self === undefined) throw new Error('cannot read the start time of this process');
  const mine = `${path}.${process.pid}`;

  for (let attempt = 0; attempt < 10; attempt++) {
    if (linkWhole(path, mine, JSON.stringify(self))) return { release: () => releaseOwn(path, self) };
    const seen = readText(path);
    const holder = seen === undefined ? undefined : parseHolder(seen);
    if (holder !== undefined && isAlive(holder)) throw new DataFolderInUseError(dataDir, holder.pid);
    if (seen !== undefined) removeStale(path, `${mine}.stale`, seen);
  }
  throw new Error(`could not take the lock ${path}: too many instances are starting at once`);
}

function linkWhole(path: string, draft: string, text: string): boolean {
  rmSync(draft, { force: true });
  writeFileSync(draft, text, { flag: 'wx', mode: 0o600 });
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Two starters may both have seen the dead holder: only the text that was judged stale is thrown away. */
function removeStale(path: string, aside: string, seen: string): void {
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (readText(aside) !== seen) {
    try {
      linkSync(aside, path);
    } catch {
      // A third starter took the name meanwhile; it sees a live holder on its next look or is one.
    }
  }
  rmSync(aside, { force: true });
}

function releaseOwn(path: string, self: ProcessIdentity): void {
  const text = readText(path);
  const holder = text === undefined ? undefined : parseHolder(text);
  if (holder?.pid === self.pid && holder.started === self.started) rmSync(path, { force: true });
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('pid' in value) || !('started' in value))
      return undefined;
    return typeof value.pid === 'number' && typeof value.started === 'string'
      ? { pid: value.pid, started: value.started }
      : undefined;
  } catch {
    return undefined;
  }
}
