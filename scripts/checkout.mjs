// Where things are in this checkout, and whether an output is older than what it was made from.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's folder, without a slash at the end. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Absolute path of something in the checkout. */
export const at = (...parts) => join(root, ...parts);

const LEFT_OUT = new Set(['node_modules', 'dist', '.cache', '.git']);

/** Environment in which the installed command-line tools are found by name. */
export function toolEnv(extra = {}) {
  return { ...process.env, PATH: `${at('node_modules/.bin')}:${process.env.PATH ?? ''}`, ...extra };
}

/**
 * Does `work` unless its inputs are the same as last time and its outputs are there. Inputs are files and folders, compared by
 * content: a fresh clone has new times on every file. The note is written last, so a killed build is stale.
 * @returns false when there was nothing to do
 */
export async function whenStale({ name, inputs, outputs, salt = '' }, work) {
  const note = at('.cache/built', name);
  const now = fingerprint(inputs, salt);
  const before = existsSync(note) ? readFileSync(note, 'utf8') : '';
  if (before === now && outputs.every((path) => existsSync(at(path)))) return false;
  rmSync(note, { force: true });
  await work();
  const missing = outputs.filter((path) => !existsSync(at(path)));
  if (missing.length > 0) throw new Error(`${name}: the build did not write ${missing.join(', ')}`);
  mkdirSync(dirname(note), { recursive: true });
  writeFileSync(note, now);
  return true;
}

function fingerprint(inputs, salt) {
  const hash = createHash('sha256').update(
    `${process.version} ${process.platform} ${process.arch} ${salt}\n`,
  );
  for (const input of inputs) addToHash(hash, input);
  return hash.digest('hex');
}

function addToHash(hash, path) {
  const full = at(path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (stat === undefined) {
    hash.update(`absent ${path}\n`);
  } else if (stat.isDirectory()) {
    const names = readdirSync(full).filter((name) => !LEFT_OUT.has(name) && !name.endsWith('.test.ts'));
    for (const name of names.sort()) addToHash(hash, `${path}/${name}`);
  } else if (stat.isFile()) {
    hash.update(`${path} ${stat.size}\n`).update(readFileSync(full));
  }
}
