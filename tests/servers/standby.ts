import {
  chownSync,
  copyFileSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  readlinkSync,
} from 'node:fs';
import { appendFileSync, chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbedded, type EmbeddedDatabase } from '../../server/kernel/embedded/launch.ts';

/** Made anew by every server, or only of the one copied from. */
const left =
  /^(postmaster\.(pid|opts)|pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_stat_tmp|pg_subtrans|pg_serial|pg_snapshots)$/;

/** Copies what is there, with its owner; a file that goes while we copy is one the log of changes tells of. */
function copyTree(from: string, to: string, top = true): void {
  const stat = lstatSync(from, { throwIfNoEntry: false });
  if (!stat) return;
  if (stat.isSymbolicLink()) return symlinkSync(readlinkSync(from), to);
  if (stat.isDirectory()) {
    mkdirSync(to, { mode: stat.mode });
    chownSync(to, stat.uid, stat.gid);
    for (const name of readdirSync(from)) {
      if (!top || !left.test(name)) copyTree(join(from, name), join(to, name), false);
      else if (!name.startsWith('postmaster')) makeEmpty(join(from, name), join(to, name));
    }
    return;
  }
  try {
    copyFileSync(from, to);
    chownSync(to, stat.uid, stat.gid);
    chmodSync(to, stat.mode);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

/** A folder with its folders and none of its files. */
function makeEmpty(from: string, to: string): void {
  const stat = lstatSync(from);
  if (!stat.isDirectory()) return;
  mkdirSync(to, { mode: stat.mode });
  chownSync(to, stat.uid, stat.gid);
  for (const name of readdirSync(from)) makeEmpty(join(from, name), join(to, name));
}

/**
 * A streaming replica of the bundled server running on `primaryDir`, in `standbyDir`: a copy of its files between
 * pg_backup_start and pg_backup_stop, as pg_basebackup makes one – which the packages from npm do not carry.
 */
export async function startStandby(
  primary: EmbeddedDatabase,
  primaryDir: string,
  standbyDir: string,
): Promise<EmbeddedDatabase> {
  const client = new pg.Client({ connectionString: primary.url });
  await client.connect();
  const [from, to] = [join(primaryDir, 'postgres'), join(standbyDir, 'postgres')];
  try {
    // What the copy lacks is fetched from the primary, which must still have it.
    await client.query(`alter system set wal_keep_size = '512MB'`);
    await client.query('select pg_reload_conf()');
    await client.query(`select pg_backup_start('standby', true)`);
    mkdirSync(to, { recursive: true });
    copyTree(join(from, 'cluster'), join(to, 'cluster'));
    const stopped = await client.query<{ labelfile: string }>('select labelfile from pg_backup_stop(false)');
    const { uid, gid } = lstatSync(join(to, 'cluster'));
    const add = (name: string, text: string) => {
      writeFileSync(join(to, 'cluster', name), text, { mode: 0o600 });
      chownSync(join(to, 'cluster', name), uid, gid);
    };
    add('backup_label', stopped.rows[0]!.labelfile);
    add('standby.signal', '');
  } finally {
    await client.end();
  }
  const { hostname, port, username, password } = new URL(primary.url);
  const conninfo = `host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)}`;
  appendFileSync(join(to, 'cluster', 'postgresql.auto.conf'), `primary_conninfo = '${conninfo}'\n`);
  writeFileSync(join(to, 'password'), readFileSync(join(from, 'password')), { mode: 0o600 });
  return startEmbedded({ dataDir: standbyDir });
}
