import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const reactDom = join(root, 'node_modules/react-dom/cjs');
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'smart-union-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const check = () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/production.mjs', folder], {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr };
};

test('a bundle with React for production passes', () => {
  copyFileSync(join(reactDom, 'react-dom-client.production.js'), join(folder, 'index-1.js'));
  expect(check()).toEqual({ status: 0, said: '' });
});

test('a bundle with React for development is named', () => {
  copyFileSync(join(reactDom, 'react-dom-client.production.js'), join(folder, 'index-1.js'));
  copyFileSync(join(reactDom, 'react-dom-client.development.js'), join(folder, 'index-2.js'));
  expect(check()).toMatchObject({ status: 1, said: expect.stringContaining('index-2.js') as string });
});

test('so is one whose pages call the development runtime, and one without React', () => {
  writeFileSync(join(folder, 'page-1.js'), 'e.jsxDEV("div",{},void 0,!1)');
  const { status, said } = check();
  expect(status).toBe(1);
  expect(said).toContain('page-1.js');
  expect(said).toContain('没有 React 的正式版');
});
