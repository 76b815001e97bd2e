import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface Footprint {
  /** Packages of the production server, ours aside. */
  packages: number;
  /** From the start of the process to its first answer on a federation that exists, ms: the middle one of several. */
  startMillis: number;
  /** Processor time of that start, ms. */
  startCostMillis: number;
  /** Resident memory of the server before its first request. */
  idleMegabytes: number;
  /** node_modules of the whole checkout. */
  installMegabytes: number;
}

const megabytes = (kilobytes: number) => Math.round(kilobytes / 1024);

export function residentMegabytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return megabytes(Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]));
}

const lines = (command: string, args: string[], cwd: string) => {
  try {
    return execFileSync(command, args, {
      cwd,
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
      .toString()
      .split('\n')
      .filter(Boolean);
  } catch (error) {
    // `npm ls` ends with 1 when an optional package for another platform is absent, and still lists.
    return String((error as { stdout?: Buffer }).stdout ?? '')
      .split('\n')
      .filter(Boolean);
  }
};

/** What the server is made of and takes up. `pid`: of a server that has just started. */
export function footprint(root: string, pid: number): Omit<Footprint, 'startMillis' | 'startCostMillis'> {
  const packages = lines('npm', ['ls', '--omit=dev', '--all', '--parseable', '-w', 'server'], root).filter(
    (path) => /node_modules\/(?!@smart-union\/)/.test(path),
  );
  const installed = lines('du', ['-sk', 'node_modules', 'member/node_modules'], root);
  return {
    packages: new Set(packages).size,
    idleMegabytes: residentMegabytes(pid),
    installMegabytes: megabytes(installed.reduce((sum, line) => sum + Number(line.split('\t')[0]), 0)),
  };
}
