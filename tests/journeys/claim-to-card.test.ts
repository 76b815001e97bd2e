import { readFile } from 'node:fs/promises';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { resolveBrowser } from '../../scripts/browser.mjs';
import { verifyAudit } from '../../server/kernel/audit.ts';
import { reconcileLedger } from '../../server/modules/disbursements/index.ts';
import { draftOf, statusOf, transfersOf } from './case-in-demo.ts';
import { startDemo, type DemoServer } from './demo-server.ts';
import { daysAgo, photo } from './papers.ts';
import { fillSignIn, openDesk, sees, signInCadre, signInMember } from './people.ts';
import { phone, watchPages, type Watch } from './watch.ts';

const item = '职工住院医疗慰问金';
const card = '6222021234567890128';
const diagnosis = '急性阑尾炎';

let demo: DemoServer;
let browser: Browser;
let watch: Watch;
let member: Page;
let chair: Page;
let wall: Page;
let treasurer: Page;
let caseId = '';
let number = '';
let batchId = '';

beforeAll(async () => {
  demo = await startDemo();
  browser = await chromium.launch(await resolveBrowser());
  watch = watchPages(browser);
}, 300_000);
afterEach(async ({ task }) => {
  if (task.result?.state === 'fail') await watch.picture();
});
afterAll(async () => {
  await browser?.close();
  await demo?.close();
});

const nextYear = Number(daysAgo(0).slice(0, 4)) + 1;

/** What the ticker of the wall tells, newest first. */
const ticker = () => wall.locator('.ticker li').allInnerTexts();
const claimedWords = /红旗街道 · 一名.*申请了职工住院医疗慰问金/;
const paidWords = /红旗街道 · 一名.*职工住院医疗慰问金已到账 · 用时 \d+分钟/;

describe('住院慰问金：从申领到到账 From claim to card', () => {
  it('领导打开大屏，留在屏幕上 a leader leaves the wall on', async () => {
    wall = await watch.open('朱江', { width: 1920, height: 1080 });
    await signInCadre(wall, demo.base, 'zhu');
    await wall.goto(`${demo.base}/wall/`);
    await wall.locator('.freshness-live').waitFor();
    await wall.locator('.map svg .disc').first().waitFor();
    await watch.look(wall, 'wall');
    expect((await ticker()).filter((words) => paidWords.test(words))).toEqual([]);
  });

  it('手机号加短信验证码登录，首页说清楚我是谁 signs in by phone and code; home says who she is', async () => {
    member = await watch.open('陈小顺', phone);
    await member.goto(demo.base);
    await member.getByLabel('手机号').waitFor();
    await watch.look(member, 'sign-in');
    await signInMember(member, demo.base, '13951160001');
    await sees(member, '陈小顺，您好');
    await sees(member, '泰州海晟宏快递有限公司工会委员会');
    await sees(member, /2021年5月1日入会，已有 \d+ ?年/);
    await watch.look(member, 'home');
  });

  it('「我能领什么」逐条说出条件和依据 every condition with what it found', async () => {
    await member.getByRole('button', { name: '您现在可以领 1 项' }).click();
    await member.getByRole('heading', { level: 1, name: '我能领什么' }).waitFor();
    await member.getByRole('heading', { level: 2, name: item }).waitFor();
    const checks = member.locator('.check').filter({ visible: true });
    expect(await checks.count()).toBeGreaterThanOrEqual(2);
    for (const words of await checks.allInnerTexts()) expect(words).toContain('符合：');
    await sees(member, /今年还没有领取（上限 2 次）/);
    await sees(member, '承诺 2 个工作日办结');
    await watch.look(member, 'entitlements');
  });

  it('填表：真照片，退出重来草稿还在 a real photo, and a reload keeps the draft', async () => {
    await member.getByRole('button', { name: '去申请' }).click();
    await sees(member, /第 1 步，共 3 步/);
    caseId = await draftOf(demo, '陈小顺');
    await member
      .locator('input[type=file]')
      .setInputFiles({ name: '住院票据.jpg', mimeType: 'image/jpeg', buffer: await photo() });
    await sees(member, /已上传 · /);
    await member.getByLabel('医院名称').fill('泰州市人民医院');
    await member.getByLabel('入院日期').fill(daysAgo(12));
    await member.getByLabel('出院日期').fill(daysAgo(6));
    const saved = member.waitForResponse(
      (reply) => reply.ok() && (reply.request().postData() ?? '').includes(diagnosis),
    );
    await member.getByLabel('诊断').fill(diagnosis);
    await saved;
    await sees(member, '草稿已保存');
    await watch.look(member, 'form');
    await member.reload();
    await sees(member, /已上传 · /);
    expect(await member.getByLabel('医院名称').inputValue()).toBe('泰州市人民医院');
    expect(await member.getByLabel('入院日期').inputValue()).toBe(daysAgo(12));
    // Sealed at once: not even her own phone gets it back in plain.
    expect(await member.getByLabel('诊断').inputValue()).toBe('');
    expect(await member.getByLabel('诊断').getAttribute('placeholder')).toMatch(/不改就不用再填/);
    expect(await member.evaluate('JSON.stringify(localStorage)')).not.toContain(diagnosis);
  });

  it('卡号错一位当场说出来，核对后提交 a wrong card is told at once; then she sends it', async () => {
    await member.getByRole('button', { name: '下一步' }).click();
    await sees(member, /第 2 步，共 3 步/);
    await member.getByLabel('本人银行卡号').fill(`${card.slice(0, -1)}7`);
    await member.getByRole('button', { name: '下一步' }).click();
    await member.locator('#bankCard-fault').waitFor();
    await watch.look(member, 'form with a fault');
    await member.getByLabel('本人银行卡号').fill(card);
    await member.getByRole('button', { name: '下一步' }).click();
    await sees(member, '核对一下');
    await sees(member, '**** 0128');
    await watch.look(member, 'summary');
    await member.getByRole('button', { name: '交上去' }).click();
    await member.getByRole('heading', { level: 1, name: '申请进度' }).waitFor();
    await sees(member, '交上去了');
    await sees(member, /最晚 \d+月\d+日/);
    number = /申请编号 (\S+)/.exec(await member.locator('body').innerText())![1]!;
    await watch.look(member, 'progress');
    await expect.poll(() => ticker().then((all) => all[0]), { timeout: 20_000 }).toMatch(claimedWords);
  });

  it('单位主席：看照片，写明理由看诊断，按 A 同意 the chair sees the photo, opens the diagnosis, approves with A', async () => {
    chair = await watch.open('冯国庆');
    await signInCadre(chair, demo.base, 'feng');
    await watch.look(chair, 'desk of the chair');
    await openDesk(chair, demo.base, '/worklist');
    await watch.look(chair, 'worklist');
    await chair.getByRole('link', { name: '陈小顺' }).click();
    await chair.getByRole('heading', { level: 1, name: `陈小顺 · ${item}` }).waitFor();
    const shown = chair.locator('.photo img');
    await expect
      .poll(() => shown.evaluate((image) => (image as HTMLImageElement).naturalWidth))
      .toBeGreaterThan(300);
    expect(await chair.getByText(diagnosis).count()).toBe(0);
    await chair.getByRole('button', { name: '查看诊断' }).click();
    const dialog = chair.getByRole('dialog', { name: '查看诊断' });
    await dialog.getByLabel('查看用途').fill('核对出院记录上的诊断');
    await dialog.getByRole('button', { name: '查看', exact: true }).click();
    await chair.getByText(diagnosis).waitFor();
    await watch.look(chair, 'case');
    await dialog.waitFor({ state: 'hidden' });
    await chair.keyboard.press('a');
    await chair.getByRole('dialog', { name: '同意这件申请' }).locator('textarea:focus').waitFor();
    await chair.keyboard.press('Control+Enter');
    await chair.getByRole('dialog', { name: '同意这件申请' }).waitFor({ state: 'hidden' });
    await expect.poll(() => statusOf(demo, caseId, 'stage')).toBe('district-approval');
  });

  it('区总工会：动态口令登录，审定 the district signs in with a one-time code and approves', async () => {
    const approver = await watch.open('钱进');
    await signInCadre(approver, demo.base, 'qian');
    await openDesk(approver, demo.base, '/worklist');
    await approver.getByRole('link', { name: '陈小顺' }).click();
    await approver.getByRole('heading', { level: 1, name: /陈小顺/ }).waitFor();
    await approver.getByRole('button', { name: '同意' }).click();
    await approver
      .getByRole('dialog')
      .getByText(/预留 ¥100.00/)
      .waitFor();
    await approver.getByRole('dialog').getByRole('button', { name: '同意' }).click();
    await expect.poll(() => statusOf(demo, caseId)).toBe('approved');
    await approver.context().close();
  });

  it('财务编批次，另一人放行、下载、送银行 one makes the batch, another releases and downloads it', async () => {
    treasurer = await watch.open('蒋会');
    await signInCadre(treasurer, demo.base, 'jiang');
    await openDesk(treasurer, demo.base, '/batches');
    await treasurer.getByRole('button', { name: '编制批次' }).click();
    const making = treasurer.getByRole('dialog');
    await making.getByText(/将把 \d+ 笔等待发放的款项编入新批次并锁定/).waitFor();
    await making.getByRole('button', { name: '编制批次' }).click();
    await treasurer.getByRole('heading', { level: 1, name: /^发放批次 / }).waitFor();
    await treasurer.getByRole('cell', { name: '陈小顺' }).waitFor();
    expect(await treasurer.getByRole('button', { name: '放行' }).count()).toBe(0);
    await watch.look(treasurer, 'batch');
    batchId = new URL(treasurer.url()).pathname.split('/').at(-1)!;

    const payer = await watch.open('沈芳');
    await signInCadre(payer, demo.base, 'shen');
    await openDesk(payer, demo.base, `/batches/${batchId}`);
    await payer.getByRole('button', { name: '放行' }).click();
    await payer
      .getByRole('dialog')
      .getByText(/将生成银行批量文件/)
      .waitFor();
    await payer.getByRole('dialog').getByRole('button', { name: '放行' }).click();
    const [file] = await Promise.all([
      payer.waitForEvent('download'),
      payer.getByRole('button', { name: '下载 CSV 文件' }).click(),
    ]);
    const lines = new TextDecoder('gb18030').decode(await readFile(await file.path()));
    expect(lines).toContain(`陈小顺,${card},100.00,${item},${number}`);
    await payer.getByRole('button', { name: '已送交银行' }).click();
    await payer.getByRole('dialog').getByRole('button', { name: '已送交银行' }).click();
    await payer.getByText('银行处理中').first().waitFor();
    await payer.context().close();
  });

  it('导入银行回盘，款项核销，大屏当场滚出 the return file settles it and the wall tells at once', async () => {
    await openDesk(treasurer, demo.base, `/batches/${batchId}`);
    const [answer] = await Promise.all([
      treasurer.waitForEvent('download'),
      treasurer.getByRole('button', { name: '演示：下载银行回盘文件' }).click(),
    ]);
    const buffer = await readFile(await answer.path());
    await treasurer
      .locator('input[type=file]')
      .setInputFiles({ name: answer.suggestedFilename(), mimeType: 'text/csv', buffer });
    const read = treasurer.getByRole('dialog', { name: '回盘已导入' });
    await read.getByText(/到账 \d+ 笔，退回 0 笔，待核对 0 笔/).waitFor();
    await read.getByRole('button', { name: '确定' }).click();
    await treasurer.getByText('已对平').first().waitFor();
    await watch.look(treasurer, 'batch reconciled');
    await expect
      .poll(async () => (await ticker()).some((words) => paidWords.test(words)), { timeout: 20_000 })
      .toBe(true);
    // Not a letter of her name; a town of the district has one of them.
    expect((await ticker()).join().replaceAll('苏陈镇', '')).not.toMatch(/陈|小顺/);
    await watch.look(wall, 'wall after');
    await treasurer.context().close();
  });

  it('会员看到已到账：消息、承诺与实际用时、谁看过我的信息 she sees the money, the time it took, and who looked', async () => {
    await member.getByRole('button', { name: '消息' }).click();
    await member.getByRole('heading', { level: 1, name: '消息' }).waitFor();
    await watch.look(member, 'inbox');
    await member.getByRole('button', { name: /100 元已到账/ }).click();
    await member.getByRole('heading', { level: 1, name: '申请进度' }).waitFor();
    await sees(member, '已到账');
    await sees(member, /承诺 2 个工作日 · 实际用时 \d+分钟/);
    const steps = await member.locator('.timeline').filter({ visible: true }).innerText();
    for (const step of ['您提交了申请', '工会委员会已通过', '海陵区总工会已通过', '100 元已到账'])
      expect(steps).toContain(step);
    await watch.look(member, 'progress when paid');
    await member.getByRole('button', { name: '我的', exact: true }).click();
    await member.getByRole('button', { name: '谁看过我的信息' }).click();
    await member.getByRole('heading', { level: 1, name: '谁看过我的信息' }).waitFor();
    await sees(member, /冯国庆/);
    await sees(member, '理由：核对出院记录上的诊断');
    await sees(member, number);
    await watch.look(member, 'access log');
  });

  it('其余每一页，也看长辈版 every other page of the phone, and with large type', async () => {
    for (const address of ['services', 'applications', 'bank-card', 'find-union', 'me']) {
      await member.goto(`${demo.base}/#/${address}`);
      await member.waitForURL(`**/#/${address}`);
      await member.getByRole('heading', { level: 1 }).first().waitFor();
      await watch.look(member, address);
    }
    await member.getByRole('switch', { name: /长辈版/ }).click();
    await watch.look(member, 'me in large type');
    await member.getByRole('button', { name: '首页' }).click();
    await sees(member, '陈小顺，您好');
    await watch.look(member, 'home in large type');
  });
});

describe('第三次 The third claim of a year', () => {
  it('填表之前就说清楚为什么、从哪天起 says why, and from when, before any form', async () => {
    const why = new RegExp(`今年已领取 2 次（上限 2 次），${nextYear}年1月1日 起可再申请`);
    const wang = await watch.open('王秀英', phone);
    // By a link somebody sent her, signed out: to the sign-in and on to where the link led.
    await wang.goto(`${demo.base}/#/apply?item=hospital-consolation`);
    await fillSignIn(wang, '13951160002');
    await sees(wang, '现在还不能申请');
    await sees(wang, why);
    expect(await wang.getByLabel('医院名称').count()).toBe(0);
    await watch.look(wang, 'refused');
    await wang.getByRole('button', { name: '首页' }).click();
    await wang.getByRole('button', { name: '现在没有可以领的' }).click();
    await wang.getByRole('heading', { level: 1, name: '我能领什么' }).waitFor();
    await sees(wang, why);
    expect(await wang.getByRole('button', { name: '去申请' }).count()).toBe(0);
    await watch.look(wang, 'entitlements when not entitled');
    await wang.context().close();
  });
});

describe('最后 In the end', () => {
  it('账平、链全、没有一页报错 the ledger sums, the audit chain holds, no page complained', async () => {
    expect(await transfersOf(demo, caseId)).toEqual(['reserve 10000', 'send 10000', 'settle 10000']);
    expect(await demo.db((ctx) => reconcileLedger(ctx))).toEqual([]);
    const audit = await demo.db((ctx) => verifyAudit(ctx));
    expect(audit).toMatchObject({ ok: true, brokenAt: null });
    expect(audit.rows).toBeGreaterThan(300);
    expect(watch.faults).toEqual([]);
  });
});
