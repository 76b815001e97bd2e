// A browser for the journeys, with a Chinese font, that needs neither root nor a download of its own.
import { execFile, spawnSync } from 'node:child_process';
import {
  existsSync,
  linkSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { at } from './checkout.mjs';

const ON_PATH = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const ELSEWHERE = ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'];
const FONT_WEIGHTS = ['400Regular', '700Bold'];

const ARGS = [
  '--no-sandbox',
  '--headless',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * What playwright-core's `chromium.launch()` takes. CHROMIUM_PATH wins, then a browser on PATH, then the one from npm, unpacked once
 * to .cache. HOME is a folder of ours that holds a Chinese font and nothing of the person who runs the tests; playwright
 * makes a new profile for every launch.
 * @throws Error when no browser runs here
 */
export async function resolveBrowser() {
  const fontEnv = provideFonts();
  const own = process.env.CHROMIUM_PATH;
  if (own) {
    // Set by a person it stands alone; set by `npm test` for its suites it comes with the libraries it needs.
    return { executablePath: own, args: ARGS, env: { ...process.env, ...fontEnv, ...librariesOf(own) } };
  }
  const installed = [...ON_PATH.flatMap(findOnPath), ...ELSEWHERE].find((path) => existsSync(path));
  if (installed) return { executablePath: installed, args: ARGS, env: { ...process.env, ...fontEnv } };
  const executablePath = await unpackFromNpm();
  return { executablePath, args: ARGS, env: { ...process.env, ...fontEnv, ...librariesOf(executablePath) } };
}

function findOnPath(name) {
  return (process.env.PATH ?? '').split(delimiter).map((dir) => join(dir, name));
}

/** Noto Sans SC from npm, found by fontconfig whatever the machine has or lacks. */
function provideFonts() {
  const home = at('.cache/browser-home');
  const fonts = join(home, '.fonts');
  mkdirSync(fonts, { recursive: true });
  for (const weight of FONT_WEIGHTS) {
    const name = `NotoSansSC_${weight}.ttf`;
    if (!existsSync(join(fonts, name))) {
      linkOrCopy(at('node_modules/@expo-google-fonts/noto-sans-sc', weight, name), join(fonts, name));
    }
  }
  const config = join(home, 'fonts.conf');
  writeFileSync(
    config,
    `<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">\n<fontconfig>\n` +
      `  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>\n` +
      `  <dir>${fonts}</dir>\n  <cachedir>${join(home, '.cache/fontconfig')}</cachedir>\n</fontconfig>\n`,
  );
  return { HOME: home, FONTCONFIG_FILE: config };
}

function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

/**
 * The package unpacks into the temporary folder, and its libraries only where it believes to be in a data centre: both are told
 * by the environment of the process that unpacks.
 */
async function unpackFromNpm() {
  const { version } = JSON.parse(readFileSync(at('node_modules/@sparticuz/chromium/package.json'), 'utf8'));
  const dir = at('.cache', `chromium-${version}`);
  const executablePath = join(dir, 'chromium');
  if (existsSync(executablePath)) return executablePath;
  const partial = `${dir}.partial-${process.pid}`;
  mkdirSync(partial, { recursive: true });
  try {
    const script = `import chromium from '@sparticuz/chromium'; await chromium.executablePath();`;
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: at('.'),
      env: { ...process.env, TMPDIR: partial, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    });
    renameSync(partial, dir);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return executablePath;
}

/** Machines without a desktop lack libnss3 and its kin; the npm package brings them. Asked by running, not by guessing. */
function librariesOf(executablePath) {
  const bundled = join(executablePath, '../al2023/lib');
  const runs = (env) =>
    spawnSync(executablePath, ['--version'], { env: { ...process.env, ...env } }).status === 0;
  if (runs({})) return {};
  const libraries = { LD_LIBRARY_PATH: [bundled, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':') };
  if (existsSync(bundled) && runs(libraries)) return libraries;
  throw new Error(
    `浏览器 ${executablePath} 在这台机器上无法运行。请安装 Chromium 或 Chrome，或用 CHROMIUM_PATH 指明它的位置。\n` +
      `The browser does not run here (home of this user: ${homedir()}); install Chromium or set CHROMIUM_PATH.`,
  );
}
