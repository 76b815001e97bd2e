import { readFile } from 'node:fs/promises';
import { TOTP } from 'otpauth';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveBrowser } from '../../scripts/browser.mjs';
import { csrfCookie, sessionCookie } from '../../server/kernel/http.ts';
import { findTables } from '../../server/kernel/sheets/header.ts';
import { readSheets } from '../../server/kernel/sheets/read.ts';
import { xlsxBytes } from '../../server/kernel/sheets/write-xlsx.ts';
import { makeReturnFile, openFund } from '../../server/modules/disbursements/index.ts';
import { memberColumns } from '../../server/modules/members/roster/columns.ts';
import { testApp, type PersonName, type TestApp } from '../database/test-app.ts';
import { worldNow } from '../database/template.ts';
import { worldPassword, type CadreName } from '../world/world.ts';
import { seriousFaults } from './watch.ts';

let app: TestApp;
let browser: Browser;
let base: string;
const faults: string[] = [];

beforeAll(async () => {
  app = await testApp();
  const fund = await app.db((ctx) =>
    openFund(ctx, {
      code: 'universal-benefit',
      name: '职工普惠慰问资金',
      unionId: app.world.unions.hailing.id,
    }),
  );
  await app.as('treasurer').disbursements.deposit({
    params: { id: fund.id },
    body: { amountFen: 100_000, note: '年初拨入' },
  });
  base = await app.server.app.listen({ port: 0, host: '127.0.0.1' });
  browser = await chromium.launch(await resolveBrowser());
});
afterAll(async () => {
  await browser?.close();
  await app?.close();
});

const roster = (file: string): string => new URL(`../data/roster-hailing/${file}`, import.meta.url).pathname;

/** A browser of its own, signed in as a cadre or as nobody; whatever its pages throw is a fault of the test. */
async function browse(
  person: CadreName | null,
  width = 1280,
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({
    viewport: { width, height: width < 500 ? 844 : 800 },
    locale: 'zh-CN',
    reducedMotion: 'reduce',
  });
  if (person) {
    const token = await app.token(person);
    await context.addCookies([
      { name: sessionCookie, value: token, url: base, httpOnly: true },
      { name: csrfCookie, value: 'test', url: base },
    ]);
  }
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.text().includes('Content Security Policy'))
      faults.push(`${person} ${page.url()}: ${message.text()}`);
  });
  page.on('pageerror', (error) => faults.push(`${person} ${page.url()}: ${error.message}`));
  return { context, page };
}

/** Opens a page and waits until it shows its data, or says why not. */
async function open(page: Page, path: string): Promise<void> {
  await page.goto(`${base}/admin${path}`);
  await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
  await page.locator('.ant-skeleton').first().waitFor({ state: 'detached' });
}

/** Files a hospital claim as a member, through the API; the phone page has its own journey. */
async function claim(person: PersonName, admittedOn: string, dischargedOn: string) {
  const client = app.as(person);
  const draft = await client.cases.open({ body: { itemCode: 'hospital-consolation' } });
  const photo = (background: string) =>
    sharp({ create: { width: 600, height: 800, channels: 3, background } })
      .jpeg()
      .toBuffer();
  const receipts = [
    await app.upload(person, '票据.jpg', await photo('#fffbea')),
    await app.upload(person, '出院记录.jpg', await photo('#eef6ff')),
  ];
  const answers = {
    receipts,
    hospital: '泰州市人民医院',
    admittedOn,
    dischargedOn,
    diagnosis: '急性阑尾炎',
    bankCard: '6222021234567890128',
  };
  const saved = await client.cases.saveAnswers({
    params: { id: draft.id },
    body: { answers, version: draft.version },
  });
  return client.cases.submit({ params: { id: draft.id }, body: { version: saved.version } });
}

describe('登录 signing in', () => {
  it('密码加动态口令，登录后回到原来要去的页面 password, then the one-time code, then the page one came for', async () => {
    const { context, page } = await browse(null);
    await open(page, '/members?status=active');
    await page.waitForURL('**/sign-in?**');
    expect(await seriousFaults(page)).toEqual([]);
    const { username, totpSecret } = app.world.cadres.approver;
    await page.getByLabel('用户名').fill(username);
    await page.getByLabel('密码', { exact: true }).fill('not-the-password');
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('alert').getByText('用户名、密码或验证码不对').waitFor();
    await page.getByLabel('密码', { exact: true }).fill(worldPassword);
    await page.getByRole('button', { name: '登录' }).click();
    await page
      .getByLabel('动态口令')
      .fill(new TOTP({ secret: totpSecret! }).generate({ timestamp: worldNow.getTime() }));
    await page.getByRole('button', { name: '登录' }).click();
    await page.getByRole('heading', { level: 1, name: '会员' }).waitFor();
    expect(page.url()).toBe(`${base}/admin/members?status=active`);
    await page.getByRole('button', { name: '我的账号' }).click();
    await page.getByText('退出登录').click();
    await page.waitForURL('**/sign-in');
    await context.close();
  });

  it('会员误入时指回会员页面 a member is shown the way to her own page', async () => {
    const { context, page } = await browse(null);
    await context.addCookies([
      { name: sessionCookie, value: await app.token('chen'), url: base, httpOnly: true },
    ]);
    await open(page, '/');
    await page.getByRole('link', { name: '去会员页面' }).waitFor();
    await context.close();
  });
});

describe('每个岗位的每一页 every page of every role', () => {
  const roles: CadreName[] = [
    'approver',
    'registrar',
    'treasurer',
    'auditor',
    'admin',
    'chair',
    'payer',
    'leader',
  ];
  /** Pages looked at closely once; with every further role they only have to open. */
  const seen = new Set<string>();

  it.each(roles)(
    '%s: 每一页打得开、无障碍、不出边 opens, is accessible, stays inside the window',
    async (person) => {
      const { context, page } = await browse(person);
      await open(page, '/');
      const links = page.locator('nav.frame-nav .nav-link');
      const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href') ?? ''));
      expect(paths.length).toBeGreaterThan(4);
      const found: string[] = [];
      for (const path of [...paths.filter((one) => one.startsWith('/admin')), '/admin/me']) {
        await page.setViewportSize({ width: 1280, height: 800 });
        await open(page, path.replace('/admin', ''));
        if ((await page.getByText('这一页不在您的职责内').count()) > 0)
          found.push(`${path}: in the menu but refused`);
        if (seen.has(path)) continue;
        seen.add(path);
        for (const width of [1280, 1024, 768, 390]) {
          await page.setViewportSize({ width, height: 800 });
          // The frame follows the window a moment later; its menu button says that it has.
          await page
            .getByRole('button', { name: '菜单' })
            .waitFor({ state: width < 992 ? 'visible' : 'hidden' });
          const over = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
          if (over !== 0) found.push(`${path} at ${width}: ${String(over)} px too wide`);
          if (width === 1280 || width === 390)
            found.push(...(await seriousFaults(page)).map((fault) => `${path} at ${width}: ${fault}`));
        }
      }
      expect(found).toEqual([]);
      await context.close();
    },
  );
});

/** The refused rows as they were downloaded, the one without a name put right and sent back alone. */
async function corrected(refused: Buffer): Promise<Buffer> {
  const { sheets } = await readSheets({ bytes: refused });
  const table = findTables(sheets, memberColumns).tables[0]!;
  expect(table.rows).toHaveLength(143);
  const row = [
    ...table.rows.find(({ texts }) => /没有填.*「姓名」|「姓名」.*没有填/.test(texts.at(-1)!))!.texts,
  ];
  row[table.columns.get('name')!] = '补上名';
  const columns = table.titles.map((title) => ({ title }));
  return xlsxBytes([{ name: table.sheet, columns, rows: [row] }]);
}

describe('导入名册 importing rosters', () => {
  it('组织名录和会员花名册：先预览，后写入，退回的行可以下载 preview, commit, and the refused rows as a file', async () => {
    const expected = JSON.parse(await readFile(roster('expected.json'), 'utf8')) as {
      total: Record<string, number>;
    };
    const { context, page } = await browse('registrar');
    await open(page, '/imports?noun=unions');
    await page.setInputFiles('input[type=file]', roster('unions.xlsx'));
    await page.getByRole('button', { name: /^导入这 \d+ 行$/ }).click();
    await page
      .getByRole('dialog')
      .getByRole('button', { name: /^导入这 \d+ 行$/ })
      .click();
    await page.getByText('导入完成').waitFor();
    await open(page, '/imports?noun=members');
    await page.setInputFiles('input[type=file]', roster('members.xlsx'));
    await page.getByRole('button', { name: '下载未导入的 143 行' }).waitFor();
    for (const count of ['2,000', '1,840', '17', '143'])
      await page.getByText(count, { exact: true }).first().waitFor();
    expect(expected.total).toMatchObject({ accept: 1840 });
    expect(await seriousFaults(page)).toEqual([]);
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: '下载未导入的 143 行' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/\.xlsx$/);
    await page.getByRole('button', { name: '导入这 1857 行' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '导入这 1857 行' }).click();
    await page.getByText('导入完成').waitFor();

    await open(page, '/imports?noun=members');
    await page.setInputFiles('input[type=file]', roster('members.xlsx'));
    await page.getByText('这份名册与现有资料完全一致，没有需要写入的内容。').waitFor();

    await open(page, '/imports?noun=members');
    await page.setInputFiles('input[type=file]', {
      name: '更正后.xlsx',
      mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      buffer: await corrected(await readFile(await file.path())),
    });
    await page.getByText('将新增 1，更新 0，0 行与现有资料一致、不变。').waitFor();
    await page.getByRole('button', { name: '导入这 1 行' }).click();
    await page.getByRole('dialog').getByRole('button', { name: '导入这 1 行' }).click();
    await page.getByText('导入完成').waitFor();
    const { items } = await app.as('registrar').members.list({ query: { q: '补上名' } });
    expect(items).toHaveLength(1);
    await context.close();
  });
});

/** A dialog that is just closing takes the key for itself: then one presses again. */
async function pressUntilAsked(page: Page, key: string, name: string): Promise<void> {
  const field = page.getByRole('dialog', { name }).locator('textarea:focus');
  for (let tries = 1; ; tries += 1) {
    await page.keyboard.press(key);
    const asked = field.waitFor({ timeout: tries < 5 ? 4000 : 30_000 });
    if (
      await asked.then(
        () => true,
        (error: unknown) => {
          if (tries === 5) throw error;
          return false;
        },
      )
    )
      return;
  }
}

describe('办理 deciding', () => {
  it('只用键盘：同意后下一件马上出现 by keyboard alone: the next case is there at once', async () => {
    const first = await claim('chen', '2026-11-10', '2026-11-14');
    const second = await claim('wang', '2026-11-11', '2026-11-15');
    const { context, page } = await browse('chair');
    await open(page, '/worklist');
    await page.getByRole('link', { name: '陈小顺' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: /陈小顺/ }).waitFor();
    expect(await page.locator('.photo img').count()).toBe(2);
    expect(await seriousFaults(page)).toEqual([]);
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: '快捷键' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: '快捷键' }).waitFor({ state: 'hidden' });
    await pressUntilAsked(page, 'a', '同意这件申请');
    await page.keyboard.press('Control+Enter');
    await page.getByRole('heading', { level: 1, name: /王秀英/ }).waitFor();
    expect(page.url()).toContain(second.id);
    await pressUntilAsked(page, 'r', '退回这件申请');
    await page.keyboard.type('出院小结不清楚，请重新拍照上传');
    await page.keyboard.press('Control+Enter');
    await page.waitForURL('**/worklist**');
    await page.getByText('没有等您办理的申请').waitFor();
    expect((await app.as('chen').cases.getMine({ params: { id: first.id } })).status).toBe('in_review');
    expect(await app.as('wang').cases.getMine({ params: { id: second.id } })).toMatchObject({
      status: 'returned',
      returnedNote: '出院小结不清楚，请重新拍照上传',
    });
    await context.close();
  });

  it('查看诊断要写用途，本人看得到，过后自动隐藏 opening a diagnosis needs a reason and the member sees it', async () => {
    const { context, page } = await browse('approver');
    await open(page, '/worklist');
    await page.getByRole('link', { name: '陈小顺' }).click();
    await page.getByRole('button', { name: '查看诊断' }).click();
    const dialog = page.getByRole('dialog', { name: '查看诊断' });
    await dialog.getByRole('button', { name: '查看', exact: true }).click();
    await dialog.getByText('请写明原因').waitFor();
    expect(await page.getByText('急性阑尾炎').count()).toBe(0);
    await dialog.getByLabel('查看用途').fill('核对票据上的诊断');
    await dialog.getByRole('button', { name: '查看', exact: true }).click();
    await page.getByText('急性阑尾炎').waitFor();
    await page.getByRole('button', { name: /秒后隐藏/ }).click();
    expect(await page.getByText('急性阑尾炎').count()).toBe(0);
    const log = await app.as('chen').members.myAccessLog();
    const looked = log.items.find((item) => item.fields.includes('诊断'));
    expect(looked).toMatchObject({ who: '钱审批', reason: '核对票据上的诊断' });
    await context.close();
  });

  it('手机上也能办 a chair decides on her phone', async () => {
    await claim('chen', '2026-10-01', '2026-10-05');
    const { context, page } = await browse('chair', 390);
    await open(page, '/worklist');
    await page.getByRole('link', { name: /陈小顺/ }).click();
    const approve = page.getByRole('button', { name: '同意' });
    const box = await approve.boundingBox();
    expect(box!.y + box!.height).toBeLessThanOrEqual(844);
    expect(box!.height).toBeGreaterThanOrEqual(40);
    await approve.click();
    await page.getByRole('dialog', { name: '同意这件申请' }).getByRole('button', { name: '同意' }).click();
    await page.getByText('没有等您办理的申请').waitFor();
    await context.close();
  });

  it('批量同意逐件报告 bulk approval is reported case by case', async () => {
    const { context, page } = await browse('approver');
    await open(page, '/worklist');
    const ticks = page.locator('.row-link .ant-checkbox-input');
    const count = await ticks.count();
    expect(count).toBe(2);
    for (let index = 0; index < count; index += 1) await ticks.nth(index).check();
    await page.getByRole('button', { name: '批量同意' }).click();
    await page.getByRole('dialog').getByText('共 2 件，金额合计 ¥200.00').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: '同意' }).click();
    const report = page.getByRole('list', { name: '逐件结果' });
    await report.waitFor();
    expect(await report.getByText('已办理').count()).toBe(2);
    await context.close();
  });
});

describe('资金 money', () => {
  it('拨入、编批、另一人放行、送银行、导入回盘、更正重发 deposit, batch, release by another, bank, return, correction', async () => {
    const treasurer = await browse('treasurer');
    await open(treasurer.page, '/funds');
    await treasurer.page.getByRole('button', { name: '登记拨入' }).click();
    await treasurer.page.getByLabel('金额（元）').fill('1,000.50');
    await treasurer.page.getByText('可用余额将由 ¥800.00 变为 ¥1,800.50').waitFor();
    await treasurer.page.getByLabel('来源和凭证号').fill('区财政拨款 2026-18');
    await treasurer.page.getByRole('dialog').getByRole('button', { name: '登记拨入' }).click();
    await treasurer.page.getByText('¥1,800.50').waitFor();

    await open(treasurer.page, '/batches');
    await treasurer.page.getByRole('button', { name: '编制批次' }).click();
    const making = treasurer.page.getByRole('dialog');
    await making.getByText('将把 2 笔等待发放的款项编入新批次并锁定，合计 ¥200.00').waitFor();
    expect(await seriousFaults(treasurer.page)).toEqual([]);
    await making.getByRole('button', { name: '编制批次' }).click();
    await treasurer.page.getByRole('heading', { level: 1, name: /^发放批次 / }).waitFor();
    expect(await treasurer.page.getByRole('button', { name: '放行' }).count()).toBe(0);
    const path = new URL(treasurer.page.url()).pathname.replace('/admin', '');

    const payer = await browse('payer');
    await open(payer.page, path);
    await payer.page.getByRole('button', { name: '放行' }).click();
    await payer.page.getByRole('dialog').getByText('将生成银行批量文件：2 笔，合计 ¥200.00').waitFor();
    await payer.page.getByRole('dialog').getByRole('button', { name: '放行' }).click();
    const [file] = await Promise.all([
      payer.page.waitForEvent('download'),
      payer.page.getByRole('button', { name: '下载 CSV 文件' }).click(),
    ]);
    const [again] = await Promise.all([
      payer.page.waitForEvent('download'),
      payer.page.getByRole('button', { name: '下载 CSV 文件' }).click(),
    ]);
    expect(await readFile(await file.path())).toEqual(await readFile(await again.path()));
    await payer.page.getByRole('button', { name: '已送交银行' }).click();
    await payer.page.getByRole('dialog').getByRole('button', { name: '已送交银行' }).click();
    await payer.page.locator('.page-head').getByText('银行处理中').waitFor();

    const batchId = path.split('/').at(-1) ?? '';
    const answer = await app.db((ctx) => makeReturnFile(ctx, batchId, { reject: 1 }));
    await open(treasurer.page, path);
    const sendReturn = () =>
      treasurer.page.setInputFiles('input[type=file]', {
        name: answer.fileName,
        mimeType: 'text/csv',
        buffer: answer.content,
      });
    await sendReturn();
    const read = treasurer.page.getByRole('dialog', { name: '回盘已导入' });
    await read.getByText('到账 1 笔，退回 1 笔，待核对 0 笔').waitFor();
    await read.getByRole('button', { name: '确定' }).click();
    await treasurer.page.getByRole('link', { name: '去更正退回的款项' }).click();
    await treasurer.page.getByRole('button', { name: '更正后重发' }).click();
    await treasurer.page.getByLabel('更正说明').fill('已与本人核对卡号');
    await treasurer.page.getByRole('dialog').getByRole('button', { name: '更正后重发' }).click();
    await treasurer.page.getByText('没有符合条件的发放').waitFor();
    const [fund] = (await app.as('treasurer').disbursements.listFunds()).items;
    expect(fund).toMatchObject({
      availableFen: 180_050,
      reservedFen: 10_000,
      inTransitFen: 0,
      paidThisYearFen: 10_000,
    });
    await treasurer.context.close();
    await payer.context.close();
  });
});

describe('找 finding', () => {
  it('Ctrl-K 搜人、工会和页面，身份证号不进地址栏 finds people, unions and pages; an ID number never reaches the address', async () => {
    const { context, page } = await browse('approver');
    await open(page, '/');
    await page.keyboard.press('Control+k');
    await page.locator('.palette input:focus').waitFor();
    await page.keyboard.type('陈小顺');
    await page.getByRole('option', { name: /会员.*陈小顺/ }).waitFor();
    await page.getByRole('option', { name: /会员.*陈小顺/ }).click();
    await page.getByRole('heading', { level: 1, name: '陈小顺' }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await open(page, '/members');
    await page.getByLabel('姓名、完整证件号或完整手机号').fill(app.world.members.wang.idNumber);
    await page.getByRole('link', { name: '王秀英' }).waitFor();
    await page.getByRole('link', { name: '陈小顺' }).waitFor({ state: 'hidden' });
    expect(page.url()).toBe(`${base}/admin/members`);
    await context.close();
  });

  it('看不到范围外的人和工会 sees nobody outside her scope', async () => {
    const { context, page } = await browse('jiangyanChair');
    await open(page, '/members');
    await page.getByRole('link', { name: '刘芳' }).waitFor();
    expect(await page.getByRole('link', { name: '陈小顺' }).count()).toBe(0);
    await open(page, `/members/${app.world.members.chen.id}`);
    await page.getByText('没有找到这一项').waitFor();
    await context.close();
  });
});

it('没有一页抛出错误 no page threw', () => {
  expect(faults).toEqual([]);
});
