import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

/** Who a process is: the same pid with another `started` is another process. */
export interface ProcessIdentity {
  pid: number;
  /** Boot and start time; opaque, only compared for equality. */
  started: string;
}

/**
 * Tells one life of a pid from the next, which a bare pid cannot: in a container that is restarted the new process
 * usually gets the very pid the killed one had.
 * @returns undefined when no such process is alive (a zombie counts as dead).
 */
export function findProcess(pid: number): ProcessIdentity | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  const started = process.platform === 'linux' ? startedOnLinux(pid) : startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** True while exactly this process, not a later one with its pid, is alive. */
export function isAlive(identity: ProcessIdentity): boolean {
  return findProcess(identity.pid)?.started === identity.started;
}

function startedOnLinux(pid: number): string | undefined {
  try {
    // The command name in field 2 may itself hold blanks and brackets: count fields after the last bracket.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${fields[19]}`;
  } catch {
    return undefined;
  }
}

function startedByPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

/** True when `pid` is a PostgreSQL process working in `clusterDir` (a real path). */
export function isPostgresOf(pid: number, clusterDir: string): boolean {
  if (process.platform !== 'linux') return commandLine(pid).includes(`-D ${clusterDir}`);
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== clusterDir) return false;
    return basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '')) === 'postgres';
  } catch {
    return false;
  }
}

/**
 * Server processes that outlived their postmaster. They hold the old shared memory, and a new server refuses to start
 * until they are gone. Linux only: elsewhere the list is empty and the caller waits for them to leave by themselves.
 */
export function listPostgresOf(clusterDir: string): number[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isPostgresOf(pid, clusterDir));
}

function commandLine(pid: number): string {
  try {
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
  } catch {
    return '';
  }
}
