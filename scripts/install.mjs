// Installs what the lock files say, when it is not there yet. Bare Node only.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { at } from './checkout.mjs';
import { PlainError, runOrThrow } from './terminal.mjs';

const OLDEST_NODE = [20, 19];

/**
 * Parts of packages nothing here reads, removed after installing: npm cannot install half a package, and these are 110 MB on every
 * machine. Each is a folder and the names in it that go.
 */
const UNUSED = [
  ['@expo-google-fonts/noto-sans-sc', /^(100|200|300|500|600|800|900)/],
  ['antd/dist', /\.js(\.map)?$/],
];

/** @throws PlainError when this Node is too old to run what would be installed */
export function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new PlainError(
    `需要 Node.js ${OLDEST_NODE.join('.')} 或更新的版本，现在是 ${process.versions.node}。请到 https://nodejs.org 安装后再试。\n` +
      `Node.js ${OLDEST_NODE.join('.')} or newer is needed, this is ${process.versions.node}.`,
  );
}

/**
 * Packages of the checkout's root (server, admin, tools). The member app has a lock file of its own, because Taro breaks when
 * React 18 and 19 are hoisted into one folder.
 */
export const installRoot = () => installInto('.');
export const installMember = () => installInto('member');

async function installInto(folder) {
  const dir = at(folder);
  const lock = readFileSync(join(dir, 'package-lock.json'));
  const stamp = join(dir, 'node_modules/.stamp');
  const wanted = createHash('sha256')
    .update(lock)
    .update(`${process.platform} ${process.arch}`)
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return false;
  if (!holdsLocked(dir, JSON.parse(lock.toString('utf8')))) {
    // No package of ours needs its install script: nothing anybody published gets to run on this machine by being installed.
    await runNpm(['ci', '--ignore-scripts', '--no-audit', '--no-fund'], dir);
  }
  for (const [part, unused] of UNUSED) {
    const names = existsSync(join(dir, 'node_modules', part))
      ? readdirSync(join(dir, 'node_modules', part))
      : [];
    for (const name of names.filter((entry) => unused.test(entry))) {
      rmSync(join(dir, 'node_modules', part, name), { recursive: true });
    }
  }
  writeFileSync(stamp, wanted);
  return true;
}

/** True when somebody ran npm here already and every locked package is in place at its version. */
function holdsLocked(dir, lock) {
  const path = join(dir, 'node_modules/.package-lock.json');
  if (!existsSync(path)) return false;
  const present = JSON.parse(readFileSync(path, 'utf8')).packages ?? {};
  return Object.entries(lock.packages ?? {}).every(([name, locked]) => {
    if (!name.includes('node_modules/') || locked.optional || locked.devOptional || locked.peer) return true;
    const found = present[name];
    return found !== undefined && found.version === locked.version && found.link === locked.link;
  });
}

/** npm as it was called, or the one on PATH. Settings meant for the outer command do not reach it. */
function runNpm(args, cwd) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(config_(?!cache|registry|userconfig|globalconfig|prefer_offline|offline)|package|lifecycle|command)/i.test(name))); // prettier-ignore
  const npm = process.env.npm_execpath;
  if (npm?.endsWith('.js')) return runOrThrow(process.execPath, [npm, ...args], { cwd, env });
  return runOrThrow('npm', args, { cwd, env });
}
