// What users get is built for them: `node scripts/production.mjs [FOLDER …]` looks into every bundle, by default all of them.
// React built for development shows nothing at all in a page that was otherwise built for production.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { at } from './checkout.mjs';
import { main, PlainError } from './terminal.mjs';

const BUNDLES = ['admin/dist/admin', 'admin/dist/wall', 'member/dist/h5', 'member/dist/weapp'];

/** Says in every production build of React where its errors are explained; without it nothing was looked at. */
const REACT = /react\.dev\/errors|reactjs\.org\/docs\/error-decoder/;
/** Only development builds say or call these. */
const DEVELOPMENT = [/Download the React DevTools/, /\bjsxDEV\b/];

await main(async () => {
  const named = process.argv.slice(2);
  const faults = (named.length > 0 ? named : BUNDLES.map((path) => at(path))).flatMap(faultsOf);
  if (faults.length > 0) throw new PlainError(faults.join('\n'));
});

function faultsOf(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.js'));
  const texts = files.map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  const development = texts.filter(
    ({ name, text }) =>
      /jsx-dev-runtime|development/.test(name) || DEVELOPMENT.some((mark) => mark.test(text)),
  );
  const faults = development.map(({ name }) => `${join(folder, name)}：是 React 的开发版，页面会一片空白。`);
  if (!texts.some(({ text }) => REACT.test(text))) faults.push(`${folder}：里面没有 React 的正式版。`);
  return faults;
}
