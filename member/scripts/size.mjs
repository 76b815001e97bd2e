// The bar: first load of the H5 app ≤ 250 kB of gzipped JavaScript in all, the pages that load later included.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BAR_BYTES = 250 * 1000;
const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'h5');
const html = readFileSync(path.join(root, 'index.html'), 'utf8');
const folder = path.join(root, 'js');
const files = readdirSync(folder).filter((name) => name.endsWith('.js'));
const sizes = files.map((name) => ({ name, bytes: gzipSync(readFileSync(path.join(folder, name))).length }));
const sum = (list) => list.reduce((total, { bytes }) => total + bytes, 0);
const first = sum(sizes.filter(({ name }) => html.includes(name)));
const all = sum(sizes);
const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
console.log(
  `会员端 H5：首屏 ${kB(first)}，全部页面 ${kB(all)}，上限 ${kB(BAR_BYTES)}（gzip 后的 JavaScript）`,
);
if (/<script(?![^>]*\bsrc=)[^>]*>/.test(html)) {
  console.error('index.html 里有内联脚本，会被内容安全策略拦下。');
  process.exit(1);
}
if (first === 0) {
  console.error('index.html 没有引用任何脚本，构建不完整。');
  process.exit(1);
}
if (all > BAR_BYTES) {
  console.error('超过上限，请找出新加的依赖。');
  process.exit(1);
}
