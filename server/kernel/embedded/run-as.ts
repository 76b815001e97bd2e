import { readFileSync } from 'node:fs';

/** The user PostgreSQL runs as: ourselves, or `nobody` when we are root, because PostgreSQL refuses to run as root. */
export interface RunAs {
  /** Set only when it differs from our own. */
  uid?: number;
  gid?: number;
  spawnOptions: { uid?: number; gid?: number; env: NodeJS.ProcessEnv };
}

/** @throws Error when we are root and the machine knows no user `nobody` (initdb looks its user up by name). */
export function chooseRunAs(): RunAs {
  // Nothing of our environment is PostgreSQL's business, and PGOPTIONS, PGDATA or LC_ALL of the caller would change it.
  const env = {
    PATH: '/usr/bin:/bin',
    LC_ALL: process.platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8',
    TZ: 'UTC',
  };
  if (process.getuid?.() !== 0) return { spawnOptions: { env } };
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find((fields) => fields[0] === 'nobody');
  if (entry === undefined) {
    throw new Error(
      'PostgreSQL 不能以 root 身份运行，而这台机器上没有 nobody 用户。请换一个普通用户启动，或设置 DATABASE_URL。\n' +
        'PostgreSQL refuses to run as root and there is no user "nobody"; start as an ordinary user or set DATABASE_URL.',
    );
  }
  // macOS writes -2; the kernel wants the unsigned number.
  const uid = Number(entry[2]) >>> 0;
  const gid = Number(entry[3]) >>> 0;
  return { uid, gid, spawnOptions: { uid, gid, env } };
}
