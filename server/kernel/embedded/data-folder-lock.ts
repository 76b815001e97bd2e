import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProcess } from './process-identity.ts';
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
 * Takes the data folder for this process, creating it when missing; what killed processes left is cleared away.
 *
 * Node has no flock(2). Instead every starter first puts up a sign of its own – a file named by one life of one process, so nobody
 * can mistake or remove another's – and only then looks for signs of the living. Of two that start at once at least one sees
 * the other, so two can never both go in; one that sees another takes its sign down and tries again a little later, so two
 * cannot turn each other away for ever. It does not see through process namespaces: two containers must not share a
 * data folder.
 * @throws DataFolderInUseError
 */
export async function lockDataFolder(dataDir: string): Promise<DataFolderLock> {
  const signs = join(dataDir, 'instance');
  mkdirSync(signs, { recursive: true });
  const self = findProcess(process.pid);
  if (self === undefined) throw new Error('cannot read the start time of this process');
  const own = signOf(self);
  const takeDown = (): void => rmSync(join(signs, own), { force: true });

  for (let attempt = 1; ; attempt++) {
    if (!putUp(join(signs, own))) throw new DataFolderInUseError(dataDir, self.pid);
    const other = readdirSync(signs).find((sign) => sign !== own && isLiving(signs, sign));
    if (other === undefined) return { release: takeDown };
    takeDown();
    if (attempt === 6) throw new DataFolderInUseError(dataDir, pidOf(other));
    await sleep(20 + Math.random() * 60 * attempt);
  }
}

function putUp(path: string): boolean {
  try {
    writeFileSync(path, '', { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Removing the sign of a dead process is safe at any moment: no other process can ever have that name. */
function isLiving(signs: string, sign: string): boolean {
  const found = findProcess(pidOf(sign));
  if (found !== undefined && signOf(found) === sign) return true;
  rmSync(join(signs, sign), { force: true });
  return false;
}

function signOf({ pid, started }: ProcessIdentity): string {
  return `${pid}-${createHash('sha256').update(started).digest('hex').slice(0, 16)}`;
}

const pidOf = (sign: string): number => Number(sign.split('-')[0]);
