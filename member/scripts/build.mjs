// Builds one target of the member app: `node scripts/build.mjs h5 | weapp`.
// Drives Taro's kernel directly: the full command-line package would add some 100 MB of tools we never call.
import { createRequire } from 'node:module';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const platform = process.argv[2];
if (platform !== 'h5' && platform !== 'weapp') {
  console.error('用法: node scripts/build.mjs h5|weapp');
  process.exit(2);
}

process.chdir(root);
process.env.NODE_ENV = 'production';
process.env.TARO_ENV = platform;
rmSync(path.join(root, 'dist', platform), { recursive: true, force: true });

const { Config, Kernel } = require('@tarojs/service');
const config = new Config({ appPath: root, disableGlobalConfig: true });
await config.init({ mode: 'production', command: 'build' });
if (!config.isInitSuccess) process.exit(1);

const kernel = new Kernel({ appPath: root, presets: [], plugins: [], config });
kernel.optsPlugins = [
  path.join(root, 'scripts', 'build-command.cjs'),
  `@tarojs/plugin-platform-${platform}`,
  '@tarojs/plugin-framework-react',
];
try {
  await kernel.run({ name: 'build', opts: { _: ['build'], options: { platform, isWatch: false } } });
} catch (error) {
  console.error(error);
  process.exit(1);
}
process.exit(0);
