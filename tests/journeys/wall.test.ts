import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveBrowser } from '../../scripts/browser.mjs';
import { testApp, type TestApp } from '../database/test-app.ts';
import { addHappening } from '../../server/kernel/happenings.ts';
import { sessionCookie } from '../../server/kernel/http.ts';
import { reconcileRollups } from '../../server/modules/dashboards/index.ts';
import { seriousFaults } from './watch.ts';

let app: TestApp;
let browser: Browser;
let base: string;

beforeAll(async () => {
  app = await testApp();
  await app.db((ctx) => reconcileRollups(ctx, { repair: true }));
  base = await app.server.app.listen({ port: 0, host: '127.0.0.1' });
  browser = await chromium.launch(await resolveBrowser());
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

/** The wall as a person sees it, at a size; nobody when not signed in. */
async function openWall(
  person: 'leader' | 'chair' | 'admin' | null,
  options: { width?: number; height?: number; hash?: string; still?: boolean; via?: string } = {},
): Promise<Page> {
  const origin = options.via ?? base;
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1920, height: options.height ?? 1080 },
    reducedMotion: options.still ? 'reduce' : 'no-preference',
  });
  if (person !== null) {
    const token = await app.token(person);
    await context.addCookies([{ name: sessionCookie, value: token, url: origin, httpOnly: true }]);
  }
  const page = await context.newPage();
  await page.goto(`${origin}/wall/${options.hash ?? ''}`);
  return page;
}

/** A line between browser and server that can be cut and mended. */
async function layCable(): Promise<{ url: string; cut(): void; mend(): void; close(): void }> {
  const sockets = new Set<Socket>();
  let whole = true;
  const target = Number(new URL(base).port);
  const cable = createServer((near) => {
    const far = connect(target, '127.0.0.1');
    for (const socket of [near, far]) {
      sockets.add(socket);
      // A cut line is what this is for; both ends notice by themselves.
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
    }
    if (whole) near.pipe(far).pipe(near);
    else near.destroy();
  });
  await new Promise<void>((resolve) => cable.listen(0, '127.0.0.1', resolve));
  const cut = () => {
    whole = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `http://127.0.0.1:${(cable.address() as AddressInfo).port}`,
    cut,
    mend: () => void (whole = true),
    close: () => {
      cut();
      cable.close();
    },
  };
}

const disc = (page: Page, unionId: string) => page.locator(`.map [data-union="${unionId}"]`);

const pay = (member: 'chen' | 'liu') =>
  app.db(async (ctx) => {
    const { union_id, union_path } = await ctx.db
      .selectFrom('member')
      .select(['union_id', 'union_path'])
      .where('id', '=', app.world.members[member].id)
      .executeTakeFirstOrThrow();
    const item = await ctx.db.selectFrom('catalogue_item').selectAll().executeTakeFirstOrThrow();
    const id = ctx.id();
    await ctx.db
      .insertInto('case')
      .values({
        id,
        number: id.slice(-12),
        kind: item.kind,
        item_code: item.code,
        item_version: item.version,
        member_id: app.world.members[member].id,
        applicant_name: app.world.members[member].name,
        union_id,
        union_path,
        status: 'approved',
        answers: '{}',
        opened_at: ctx.now,
        submitted_at: new Date(ctx.now.getTime() - 27.4 * 3_600_000),
        submitted_on: ctx.today,
        updated_at: ctx.now,
      })
      .execute();
    await addHappening(ctx, 'paid', id);
  });

describe('一屏总览 the wall', () => {
  it('从市到区到镇到工会，逐级点开，可以后退 drills down with a URL for each level, and Back works', async () => {
    const { city, hailing, jiulong, couriers } = app.world.unions;
    const page = await openWall('leader');
    await page.getByRole('heading', { level: 1, name: city.name }).waitFor();
    await disc(page, hailing.id).click();
    await page.getByRole('heading', { level: 1, name: hailing.name }).waitFor();
    expect(page.url()).toContain(`#/u/${hailing.id}`);
    await disc(page, jiulong.id).click();
    await page.getByRole('heading', { level: 1, name: jiulong.name }).waitFor();
    await disc(page, couriers.id).click();
    await page.getByRole('heading', { level: 1, name: couriers.name }).waitFor();
    expect(await page.locator('.hero').innerText()).toContain('3');
    await page.goBack();
    await page.getByRole('heading', { level: 1, name: jiulong.name }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('heading', { level: 1, name: hailing.name }).waitFor();
    await page.getByRole('navigation').getByRole('link', { name: '泰州市' }).click();
    await page.getByRole('heading', { level: 1, name: city.name }).waitFor();
    await page.context().close();
  });

  it('只用键盘也能走 can be steered with the arrows of a remote', async () => {
    const { hailing, jiulong, chengdong } = app.world.unions;
    const page = await openWall('leader', { hash: `#/u/${hailing.id}` });
    await disc(page, jiulong.id).focus();
    for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp']) {
      await page.keyboard.press(key);
      if ((await page.locator('.map [data-union]:focus').getAttribute('data-union')) === chengdong.id) break;
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: chengdong.name }).waitFor();
    await page.context().close();
  });

  it('到账时，当地闪动，动态滚出，数字跟上 pulses where money arrived, and the ticker tells it without a name', async () => {
    const { hailing, jiulong } = app.world.unions;
    const page = await openWall('leader', { hash: `#/u/${hailing.id}` });
    await page.locator('.freshness-live').waitFor();
    await pay('chen');
    await page.locator(`g:has(> [data-union="${jiulong.id}"]) .pulse-paid`).waitFor({ timeout: 8000 });
    const ticker = page.getByRole('region', { name: '最新动态' });
    await ticker.getByText(/九龙镇 · 一名会员的.*已到账 · 用时 1天3小时/).waitFor();
    expect(await ticker.innerText()).not.toContain('陈');
    await page.locator('.speed').getByText('27.4').waitFor();
    await page.context().close();
  });

  it('未登录、无权限、越权都说清楚 says what to do when not signed in, without permission, or out of scope', async () => {
    const anonymous = await openWall(null);
    await anonymous.getByRole('heading', { name: '请先登录' }).waitFor();
    expect(await anonymous.getByRole('link', { name: '去登录' }).getAttribute('href')).toContain('/admin/');
    expect(await anonymous.getByRole('button').count()).toBe(0);
    const stranger = await openWall('admin');
    await stranger.getByRole('heading', { name: '您的账号没有「一屏总览」权限' }).waitFor();
    const outside = await openWall('chair', { hash: `#/u/${app.world.unions.jiangyan.id}` });
    await outside.getByRole('heading', { name: '这里没有您可以查看的工会' }).waitFor();
    for (const page of [anonymous, stranger, outside]) {
      expect(await seriousFaults(page)).toEqual([]);
      await page.context().close();
    }
  });

  it('每种屏幕都不破 fits every screen, and passes the accessibility rules', async () => {
    for (const [width, height] of [
      [3840, 2160],
      [1920, 1080],
      [1440, 900],
      [1024, 768],
      [360, 740],
    ] as const) {
      const page = await openWall('leader', { width, height, still: true });
      await page.locator('.map svg .disc').first().waitFor();
      const wide = (await page.evaluate('document.documentElement.scrollWidth')) as number;
      expect(wide).toBeLessThanOrEqual(width);
      if (width >= 1440) expect(await page.evaluate('document.documentElement.scrollHeight')).toBe(height);
      expect(await seriousFaults(page)).toEqual([]);
      await page.context().close();
    }
  });

  it('英文可选并记住 speaks English on request and remembers it', async () => {
    const page = await openWall('leader');
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'Members', exact: true }).waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'Members', exact: true }).waitFor();
    await page.context().close();
  });

  it('推送断了会说出来 says so when the feed stops, and keeps the picture', async () => {
    const cable = await layCable();
    const page = await openWall('leader', { still: true, via: cable.url });
    await page.locator('.freshness-live').waitFor();
    cable.cut();
    await page.getByRole('status').getByText('数据推送已中断').waitFor({ timeout: 10_000 });
    expect(await page.locator('.map svg .disc').count()).toBeGreaterThan(0);
    expect(await seriousFaults(page)).toEqual([]);
    cable.mend();
    await page.locator('.freshness-live').waitFor({ timeout: 20_000 });
    await page.context().close();
    cable.close();
  });
});
