import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { root } from '../database/template.ts';

/** Rules a screen reader or a weak eye depends on: what is serious or critical, by rule and first element. */
export async function seriousFaults(page: Page): Promise<string[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await page.evaluate(axe);
  const result = (await page.evaluate('axe.run()')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  return result.violations
    .filter((violation) => violation.impact === 'serious' || violation.impact === 'critical')
    .map((violation) => `${violation.id}: ${violation.nodes[0]?.html.slice(0, 200) ?? ''}`);
}

/** Every Chinese word somebody sees or is read, but for the proper names given and what is marked as Chinese. */
export async function chineseLeft(page: Page, names: readonly string[]): Promise<string[]> {
  const said = (await page.evaluate(`(() => {
    const seen = (element) => element.checkVisibility() && !element.closest('body [lang^="zh"]');
    const said = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode())
      if (seen(walk.currentNode.parentElement)) said.push(walk.currentNode.data);
    for (const element of document.querySelectorAll('[aria-label],[placeholder],[title],[alt]'))
      if (seen(element))
        for (const name of ['aria-label', 'placeholder', 'title', 'alt'])
          said.push(element.getAttribute(name) ?? '');
    return [document.title, ...said];
  })()`)) as string[];
  const rest = said.map((words) => names.reduce((left, name) => left.replaceAll(name, ''), words).trim());
  return [...new Set(rest.filter((words) => /[\u3000-\u303f\u3400-\u9fff\uff00-\uffef]/.test(words)))];
}

export interface Watch {
  /** A browser of its own, as a person's phone (360 px) or desk, whose every complaint is written down. */
  open(who: string, size?: { width: number; height: number }): Promise<Page>;
  /** Looks at the page as it stands: accessibility, and nothing wider than the window. */
  look(page: Page, what: string): Promise<void>;
  /** What was thrown, logged as an error, blocked by the content security policy, or found by `look`. */
  faults: string[];
  /** Pictures of every page as it stands, into .cache/journeys: what a failed test leaves behind to look at. */
  picture(): Promise<void>;
}

export const phone = { width: 360, height: 740 };
export const desk = { width: 1280, height: 800 };

/** Opens pages under the policy they are served with, and gathers whatever is wrong with any of them. */
export function watchPages(browser: Browser): Watch {
  const faults: string[] = [];
  const pages = new Map<string, Page>();
  const listen = (context: BrowserContext, who: string) =>
    context.on('page', (page) => {
      page.on('pageerror', (error) => faults.push(`${who} ${page.url()}: ${error.message}`));
      page.on('console', (message) => {
        if (message.type() !== 'error') return;
        // The browser itself logs every refused call; a refusal is an answer, and the page shows it or the journey fails.
        const { url } = message.location();
        if (url.includes('/api/') && /responded with a status of (?:4\d\d|503)/.test(message.text())) return;
        faults.push(`${who} ${page.url()}: ${message.text().slice(0, 300)} ${url}`);
      });
    });
  return {
    faults,
    open: async (who, size = desk) => {
      const context = await browser.newContext({
        viewport: size,
        locale: 'zh-CN',
        timezoneId: 'Asia/Shanghai',
        reducedMotion: 'reduce',
      });
      context.setDefaultTimeout(30_000);
      listen(context, who);
      const page = await context.newPage();
      pages.set(who, page);
      return page;
    },
    picture: async () => {
      for (const [who, page] of pages) {
        if (!page.isClosed()) await page.screenshot({ path: join(root, '.cache/journeys', `${who}.png`) });
      }
    },
    look: async (page, what) => {
      const measure = async () =>
        (await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')) as number;
      // A page on its way in stands beside the window for a third of a second; one that stays there is too wide.
      // Asked from here: the policy of the pages forbids the evaluation `waitForFunction` polls with.
      let over = await measure();
      for (let again = 0; over > 0 && again < 15; again += 1) {
        await page.waitForTimeout(200);
        over = await measure();
      }
      if (over > 0) faults.push(`${what}: ${over} px wider than the window`);
      faults.push(...(await seriousFaults(page)).map((fault) => `${what}: ${fault}`));
    },
  };
}
