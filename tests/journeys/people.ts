import type { Page } from 'playwright-core';
import { demoPassword } from '../../server/modules/accounts/index.ts';

/** Waits for words somebody can see: pages below in the stack stay in the document, hidden. */
export const sees = (page: Page, words: string | RegExp) =>
  page.getByText(words).filter({ visible: true }).first().waitFor();

/** Signs a member in on the phone page, with the code that stands in the outbox. */
export async function signInMember(page: Page, base: string, number: string): Promise<void> {
  await page.goto(base);
  await page.getByLabel('手机号').fill(number);
  await page.getByRole('button', { name: '获取验证码' }).click();
  const outbox = page.getByRole('link', { name: '演示环境：到这里看验证码' });
  const [letters] = await Promise.all([page.waitForEvent('popup'), outbox.click()]);
  const text = await letters.getByRole('row').nth(1).innerText();
  await letters.close();
  await page.getByLabel('短信验证码').fill(/\d{6}/.exec(text)![0]);
  await page.getByRole('button', { name: '登录', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: '智慧工会' }).waitFor();
  await sees(page, '，您好');
}

/** Signs a cadre in, with the code of the moment from the page of demo accounts where her role needs one. */
export async function signInCadre(page: Page, base: string, username: string): Promise<void> {
  await page.goto(`${base}/admin/`);
  await page.getByLabel('用户名').fill(username);
  await page.getByLabel('密码', { exact: true }).fill(demoPassword);
  await page.getByRole('button', { name: '登录' }).click();
  const code = page.getByLabel('动态口令');
  const home = page.getByRole('heading', { level: 1, name: /，您好/ });
  await code.or(home).first().waitFor();
  if (await code.isVisible()) {
    const link = page.getByRole('link', { name: '演示账号和当前动态口令' });
    const [accounts] = await Promise.all([page.waitForEvent('popup'), link.click()]);
    const row = accounts.getByRole('row').filter({ hasText: username });
    await code.fill((await row.locator('code').innerText()).trim());
    await accounts.close();
    await page.getByRole('button', { name: '登录' }).click();
  }
  await home.waitFor();
}
