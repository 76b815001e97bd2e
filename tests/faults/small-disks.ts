import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, closeSync, cpSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'; // prettier-ignore
import { join } from 'node:path';

/** A folder on a disk of its own that can be filled up. */
export interface SmallDisk {
  fill(): void;
  free(): void;
  unmount(): void;
}

/** Why no small disk can be made here; null when one can. */
export const noSmallDisks = (): string | null =>
  process.platform === 'linux' && process.getuid?.() === 0
    ? null
    : 'a full disk is made by mounting a small tmpfs: run this as root on Linux (a container will do)';

/** Puts a tmpfs of so many MB in the place of a folder, with what is in it. Needs root; see `noSmallDisks`. */
export function smallDisk(folder: string, megabytes: number): SmallDisk {
  mkdirSync(folder, { recursive: true });
  const { uid, gid, mode } = statSync(folder);
  const before = `${folder}-before`;
  renameSync(folder, before);
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder]);
  let mounted = true;
  const unmount = () => {
    if (mounted) execFileSync('umount', ['-l', folder]);
    mounted = false;
  };
  process.once('exit', unmount);
  cpSync(before, folder, { recursive: true, preserveTimestamps: true });
  giveTo(folder, uid, gid);
  chmodSync(folder, mode & 0o7777);
  rmSync(before, { recursive: true });
  const filler = join(folder, 'filler');
  return {
    fill() {
      const file = openSync(filler, 'a', 0o600);
      for (const size of [1024 * 1024, 4096]) writeUntilFull(file, Buffer.alloc(size));
      closeSync(file);
    },
    free: () => rmSync(filler, { force: true }),
    unmount,
  };
}

function writeUntilFull(file: number, part: Buffer): void {
  for (;;) {
    try {
      if (writeSync(file, part) < part.length) return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
      throw error;
    }
  }
}

/** Copying as root makes everything root's. */
function giveTo(path: string, uid: number, gid: number): void {
  chownSync(path, uid, gid);
  for (const entry of readdirSync(path, { recursive: true, encoding: 'utf8' }))
    chownSync(join(path, entry), uid, gid);
}
