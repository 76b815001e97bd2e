import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { resolveBrowser } from '../../scripts/browser.mjs';
import { csrfCookie, sessionCookie } from '../../server/kernel/http.ts';
import type { PersonName } from '../database/test-app.ts';
import { root } from '../database/template.ts';
import { buildScene, type Scene } from '../scope/scene.ts';

let scene: Scene;
let browser: Browser;
let base: string;
beforeAll(async () => {
  scene = await buildScene();
  base = await scene.t.server.app.listen({ port: 0, host: '127.0.0.1' });
  browser = await chromium.launch(await resolveBrowser());
});
afterAll(async () => {
  await browser?.close();
  await scene?.t.close();
});

const breaches: string[] = [];

/** A browser of somebody's own that writes down whatever the policy of a page stops. */
async function openFor(person: PersonName | null): Promise<Page> {
  const context = await browser.newContext({ locale: 'zh-CN', viewport: { width: 1280, height: 800 } });
  if (person) {
    await context.addCookies([
      { name: sessionCookie, value: await scene.t.token(person), url: base, httpOnly: true },
      { name: csrfCookie, value: 'test', url: base },
    ]);
  }
  await context.exposeFunction('tellBreach', (told: string) => breaches.push(`${String(person)} ${told}`));
  await context.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
    tellBreach([location.pathname + location.hash, event.effectiveDirective, event.blockedURI, event.sample, event.sourceFile].join(' ')))`);
  return context.newPage();
}

/** Loaded, and nothing more on its way that could yet put a style in. */
const settled = async (page: Page) => {
  await page.waitForLoadState('load');
  await page.waitForTimeout(400);
};

/** Who can see every page of the cadres' web; a page she may not see says so, which is a page as well. */
const whoSees = (path: string): PersonName =>
  /fund|batch|exception/.test(path)
    ? 'treasurer'
    : /audit|privacy/.test(path)
      ? 'auditor'
      : /import/.test(path)
        ? 'registrar'
        : /account|system|calendar/.test(path)
          ? 'admin'
          : 'chair';

/** The pages themselves, out of the routers: one added tomorrow is visited tomorrow. */
async function addressesOf(file: string, pattern: RegExp): Promise<string[]> {
  const text = await readFile(join(root, file), 'utf8');
  return [...text.matchAll(pattern)].map((match) => match[1]!);
}

it('不用内联样式和脚本，干部端每一页都完整 every page of the cadres’ web keeps the policy', async () => {
  const { near } = scene;
  const ids: Record<string, string> = {
    '/cases/$id': near.openCase,
    '/members/$id': near.member.id,
    '/unions/$id': near.unionId,
    '/funds/$id': near.fundId,
    '/batches/$id': near.returnedBatch,
    '/imports/$noun/$id': near.memberImportId,
  };
  const paths = await addressesOf('admin/src/router.tsx', /page\('(\/[^']*)'/g);
  expect(paths.length).toBeGreaterThan(20);
  const open = new Map<PersonName, Page>();
  for (const path of paths) {
    const person = whoSees(path);
    const page = open.get(person) ?? (await openFor(person));
    open.set(person, page);
    const address = path
      .replace('$noun', 'members')
      .replace('$code', 'hospital-consolation')
      .replace('$id', ids[path] ?? 'missing');
    await page.goto(`${base}/admin${address}`);
    await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
    await settled(page);
    // antd's styles are there, and not merely unforbidden: its buttons would else be the browser's own.
    const styles = (await page.evaluate(
      `[...document.styleSheets].filter((one) => one.ownerNode.localName === 'style').length`,
    )) as number;
    expect([path, styles]).toEqual([path, expect.toSatisfy((count: number) => count > 3)]);
  }
  const stranger = await openFor(null);
  await stranger.goto(`${base}/admin/sign-in`);
  await settled(stranger);
  expect(breaches).toEqual([]);
});

it('会员端每一页、大屏和接口页也一样 so do every page of the member’s phone, the wall and the interface page', async () => {
  const phone = await openFor('chen');
  const addresses = await addressesOf('member/config/index.js', /: '(\/[\w-]+)',$/gm);
  expect(addresses.length).toBeGreaterThan(10);
  for (const address of addresses) {
    await phone.goto(`${base}/#${address}?id=${scene.near.openCase}&item=hospital-consolation`);
    await phone.reload();
    await phone.locator('#app *').first().waitFor({ state: 'attached' });
    await settled(phone);
  }
  const wall = await openFor('leader');
  await wall.goto(`${base}/wall/`);
  await settled(wall);
  const reader = await openFor(null);
  for (const address of ['/api/docs', '/dev/outbox', '/dev/accounts', '/']) {
    await reader.goto(`${base}${address}`);
    await settled(reader);
  }
  expect(breaches).toEqual([]);
});

it('每次打开的随机数都不同，不进缓存，没有一页允许内联 a new nonce with every reply, never kept, nothing inline on any page', async () => {
  const seen = new Set<string>();
  for (const address of [
    '/',
    '/admin/',
    '/wall/',
    '/admin/members/deep',
    '/admin/index.html',
    '/',
    '/api/docs',
  ]) {
    const reply = await fetch(`${base}${address}`, { headers: { accept: 'text/html' } });
    const policy = reply.headers.get('content-security-policy')!;
    expect([address, reply.status, policy]).toEqual([address, 200, expect.not.stringContaining('unsafe')]);
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
    const html = await reply.text();
    expect(html).not.toContain('__CSP_NONCE__');
    if (nonce === undefined) continue;
    // The wall's page has no place for one and needs none.
    if (address !== '/wall/') expect(html).toContain(`nonce="${nonce}"`);
    expect(reply.headers.get('cache-control')).toBe('no-store');
    seen.add(nonce);
  }
  expect(seen.size).toBe(6);
});

it('放进去的内联样式和脚本会被拦下并被看见 would notice: what is put in by hand is stopped and told of', async () => {
  const page = await openFor('chair');
  await page.goto(`${base}/admin/`);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  const planted = [
    `document.body.insertAdjacentHTML('beforeend', '<style>body { color: red }</style>')`,
    `document.body.insertAdjacentHTML('beforeend', '<p style="color: red">x</p>')`,
    `document.body.append(Object.assign(document.createElement('script'), { text: 'window.planted = true' }))`,
  ];
  for (const [index, act] of planted.entries()) {
    await page.evaluate(`{ ${act} }`);
    await expect.poll(() => breaches.length).toBe(index + 1);
  }
  expect(await page.evaluate('window.planted')).toBeUndefined();
  expect(breaches.splice(0).map((told) => told.split(' ')[2])).toEqual(['style-src-elem', 'style-src-attr', 'script-src-elem']); // prettier-ignore
});
