import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterArgument } from './cluster.ts';
import type { Home } from './cluster.ts';
import { findProcess, isAlive, isPostgresOf, listPostgresOf } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import type { Program } from './program.ts';
import type { RunAs } from './run-as.ts';

const LOG_KEEP_BYTES = 10 * 1024 * 1024;
/** Recovery after a crash replays at most max_wal_size; a slow disk needs minutes for that. */
const READY_WITHIN_MS = 10 * 60_000;
const STOP_WITHIN_MS = 30_000;

/** A running server process of our cluster. */
export interface Postmaster {
  process: ProcessIdentity;
  port: number;
}

/** How and where to run the server. */
export interface Installation {
  home: Home;
  program: Program;
  runAs: RunAs;
  log: (message: string) => void;
}

/** The server a killed instance left running, once it is ready; undefined when there is none. */
export async function findRunning(home: Home): Promise<Postmaster | undefined> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const file = readPidFile(home);
    if (file === undefined || !isPostgresOf(file.pid, home.cluster)) return undefined;
    const identity = findProcess(file.pid);
    if (identity !== undefined && file.ready) return { process: identity, port: file.port };
    await sleep(50);
  }
  throw new Error(`the PostgreSQL left running in ${home.cluster} does not become ready`);
}

/** Clears what a killed server left, starts a new one and waits until it takes connections. */
export async function startPostmaster(installation: Installation, fixedPort?: number): Promise<Postmaster> {
  for (let attempt = 1; ; attempt++) {
    await clearRemains(installation.home);
    try {
      return await launch(installation, fixedPort ?? (await freePort()));
    } catch (error) {
      // Another program may take the free port first, memory of a killed server may be released a moment late, and an instance
      // killed while it started a server leaves one that only now takes the lock file: the next attempt clears it away.
      const passing =
        /Address already in use|pre-existing shared memory|postmaster\.pid" already exists/.test(
          (error as Error).message,
        );
      if (!passing || attempt === 5) throw error;
      await sleep(300 * attempt);
    }
  }
}

/** Fast shutdown: running transactions are rolled back, data is written, nothing needs recovery afterwards. */
export async function stopPostmaster(postmaster: Postmaster): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!isAlive(postmaster.process)) return;
    signalProcess(postmaster.process.pid, signal);
    const deadline = Date.now() + STOP_WITHIN_MS;
    while (Date.now() < deadline) {
      if (!isAlive(postmaster.process)) return;
      await sleep(20);
    }
  }
}

/** Sends a signal to a process that may be gone already. */
export function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function launch({ home, program, runAs, log }: Installation, port: number): Promise<Postmaster> {
  rotateLog(home);
  const logFd = openSync(home.log, 'a', 0o600);
  const logStart = statSync(home.log).size;
  const at = clusterArgument(home.cluster, runAs);
  const child = spawn(program.postgres, ['-D', at, '-p', String(port)], {
    ...runAs.spawnOptions,
    cwd: home.cluster,
    stdio: ['ignore', logFd, logFd],
    // Its own session: Ctrl-C in the terminal must reach the database only after the server has drained.
    detached: true,
  });
  closeSync(logFd);
  child.unref();

  return new Promise((done, fail) => {
    const begun = Date.now();
    let said = begun;
    const settle = (outcome: () => void): void => {
      clearInterval(poll);
      child.removeAllListeners('exit');
      outcome();
    };
    const poll = setInterval(() => {
      const file = readPidFile(home);
      const identity = child.pid === undefined ? undefined : findProcess(child.pid);
      if (file?.pid === child.pid && file?.ready && identity !== undefined) {
        settle(() => done({ process: identity, port }));
      } else if (Date.now() - begun > READY_WITHIN_MS) {
        child.kill('SIGINT');
        settle(() => fail(new Error(`PostgreSQL does not become ready; see ${home.log}`)));
      } else if (Date.now() - said > 5_000) {
        said = Date.now();
        log(`数据库正在恢复上次未写完的数据……已用 ${Math.round((said - begun) / 1000)} 秒`);
      }
    }, 20);
    child.on('error', (error) => settle(() => fail(error)));
    child.on('exit', (code, signal) => {
      const words = readFileSync(home.log).subarray(logStart).toString('utf8').trim().slice(-2000);
      const reason = `数据库没有启动成功 / PostgreSQL ended at start (${code ?? signal}):\n${words}`;
      settle(() => fail(new Error(reason)));
    });
  });
}

/**
 * After SIGKILL: server processes without their postmaster are ended (they hold the shared memory), and a postmaster.pid
 * whose number now belongs to some other program is removed – PostgreSQL itself would take that program for a server.
 */
async function clearRemains(home: Home): Promise<void> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const orphans = listPostgresOf(home.cluster);
    if (orphans.length === 0) break;
    if (Date.now() > deadline)
      throw new Error(`processes ${orphans.join(', ')} of a killed server do not end`);
    for (const pid of orphans) signalProcess(pid, 'SIGKILL');
    await sleep(20);
  }
  const file = readPidFile(home);
  if (file !== undefined && findProcess(file.pid) !== undefined && !isPostgresOf(file.pid, home.cluster)) {
    rmSync(join(home.cluster, 'postmaster.pid'), { force: true });
  }
}

/** postmaster.pid: pid, data folder, start, port, socket folder, address, shared memory, status – a line each. */
function readPidFile(home: Home): { pid: number; port: number; ready: boolean } | undefined {
  try {
    const lines = readFileSync(join(home.cluster, 'postmaster.pid'), 'utf8').split('\n');
    const pid = Number(lines[0]);
    if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
    return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
  } catch {
    return undefined;
  }
}

function rotateLog(home: Home): void {
  const size = statSync(home.log, { throwIfNoEntry: false })?.size ?? 0;
  if (size > LOG_KEEP_BYTES) renameSync(home.log, `${home.log}.1`);
}

function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.on('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address !== null && typeof address === 'object') done(address.port);
        else fail(new Error('no free port on 127.0.0.1'));
      });
    });
  });
}
