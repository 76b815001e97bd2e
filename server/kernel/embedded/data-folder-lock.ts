import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
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
 * data folder that holds a database.
 *
 * `shared`: beside others that share it – servers on one DATABASE_URL have their files and keys there together – and not
 * beside one on this machine that wants it for itself.
 * @throws DataFolderInUseError
 */
export async function lockDataFolder(dataDir: string, { shared = false } = {}): Promise<DataFolderLock> {
  const signs = join(dataDir, 'instance');
  mkdirSync(signs, { recursive: true });
  const self = findProcess(process.pid);
  if (self === undefined) throw new Error('cannot read the start time of this process');
  const own = (shared ? sharing : '') + signOf(self);
  const takeDown = (): void => rmSync(join(signs, own), { force: true });

  for (let attempt = 1; ; attempt++) {
    if (!putUp(join(signs, own))) throw new DataFolderInUseError(dataDir, self.pid);
    const others = readdirSync(signs).filter(
      (sign) => sign !== own && !isElsewhere(sign) && isLiving(signs, sign),
    );
    const other = others.find((sign) => !shared || !sign.startsWith(sharing));
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

/** A folder may be mounted by several machines, and a process's number says nothing on another. */
const sharing = `shared-${createHash('sha256').update(hostname()).digest('hex').slice(0, 8)}-`;
const isElsewhere = (sign: string) => sign.startsWith('shared-') && !sign.startsWith(sharing);

/** Removing the sign of a dead process is safe at any moment: no other process can ever have that name. */
function isLiving(signs: string, sign: string): boolean {
  const found = findProcess(pidOf(sign));
  if (found !== undefined && signOf(found) === sign.replace(sharing, '')) return true;
  rmSync(join(signs, sign), { force: true });
  return false;
}

function signOf({ pid, started }: ProcessIdentity): string {
  return `${pid}-${createHash('sha256').update(started).digest('hex').slice(0, 16)}`;
}

const pidOf = (sign: string): number => Number(sign.replace(sharing, '').split('-')[0]);
