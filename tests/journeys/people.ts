import type { Page } from 'playwright-core';
import { en as cadreEn } from '../../admin/src/texts/en.ts';
import { zhCN as cadreZh } from '../../admin/src/texts/zh-CN.ts';
import { en as memberEn } from '../../member/src/texts/en.ts';
import { zhCN as memberZh } from '../../member/src/texts/zh-CN.ts';
import { demoPassword } from '../../server/modules/accounts/index.ts';

export type Language = 'zh-CN' | 'en';

/** Every word of both faces, as their front ends say it, by language. */
export const words = {
  'zh-CN': { member: memberZh, cadre: cadreZh },
  en: { member: memberEn, cadre: cadreEn },
};

/** Waits for words somebody can see: pages below in the stack stay in the document, hidden. */
export const sees = (page: Page, text: string | RegExp) =>
  page.getByText(text).filter({ visible: true }).first().waitFor();

/** Signs a member in on the phone page, with the code that stands in the outbox. */
export async function signInMember(
  page: Page,
  base: string,
  number: string,
  language: Language = 'zh-CN',
): Promise<void> {
  await page.goto(base);
  if (language === 'en') await page.getByRole('button', { name: 'English' }).click();
  await fillSignIn(page, number, language);
  await page.getByRole('heading', { level: 1, name: words[language].member.appName }).waitFor();
  await page.locator('.identity-name').waitFor();
}

/** Fills in the sign-in page she was sent to, whatever page comes after it. */
export async function fillSignIn(page: Page, number: string, language: Language = 'zh-CN'): Promise<void> {
  const { signIn } = words[language].member;
  await page.getByLabel(signIn.phone).fill(number);
  await page.getByRole('button', { name: signIn.sendCode }).click();
  const outbox = page.getByRole('link', { name: signIn.outbox });
  const [letters] = await Promise.all([page.waitForEvent('popup'), outbox.click()]);
  const text = await letters.getByRole('row').nth(1).innerText();
  await letters.close();
  await page.getByLabel(signIn.code).fill(/\d{6}/.exec(text)![0]);
  await page.getByRole('button', { name: signIn.submit, exact: true }).click();
}

/** Signs a cadre in, with the code of the moment from the page of demo accounts where her role needs one. */
export async function signInCadre(
  page: Page,
  base: string,
  username: string,
  language: Language = 'zh-CN',
): Promise<void> {
  const { signIn, home: greeting } = words[language].cadre;
  await page.goto(`${base}/admin/`);
  if (language === 'en') await page.getByRole('button', { name: 'English' }).click();
  await page.getByLabel(signIn.username).fill(username);
  await page.getByLabel(signIn.password, { exact: true }).fill(demoPassword);
  await page.getByRole('button', { name: signIn.submit }).click();
  const code = page.getByLabel(signIn.totp);
  const home = page.getByRole('heading', { level: 1, name: greeting.hello('') });
  await code.or(home).first().waitFor();
  if (await code.isVisible()) {
    const link = page.getByRole('link', { name: signIn.demo });
    const [accounts] = await Promise.all([page.waitForEvent('popup'), link.click()]);
    const row = accounts.getByRole('row').filter({ hasText: username });
    await code.fill((await row.locator('code').innerText()).trim());
    await accounts.close();
    await page.getByRole('button', { name: signIn.submit }).click();
  }
  await home.waitFor();
}

/** Opens a page of the cadres' web and waits until it shows its data. */
export async function openDesk(page: Page, base: string, path: string): Promise<void> {
  await page.goto(`${base}/admin${path}`);
  await page.getByRole('heading', { level: 1 }).first().waitFor();
  await page.locator('.ant-skeleton').first().waitFor({ state: 'detached' });
}
