import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { chromium, type Browser } from 'playwright-core';
import type { TestProject } from 'vitest/node';
import { resolveBrowser } from '../../scripts/browser.mjs';
import { compose } from '../../server/compose.ts';
import { databaseUrl, root, testConfig } from '../database/template.ts';

const faces = ['/', '/admin/', '/wall/'];
const patienceMs = 45_000;

/**
 * Before any journey: each of the three pages shows its first heading to somebody who is not signed in. A page that stays
 * blank ends the run here, with what the page itself said, instead of in every journey's every step.
 */
export default async function firstLook(project: TestProject): Promise<void> {
  const { adminUrl, name, folder } = project.getProvidedContext().template;
  const own = `su_look_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(`create database ${own} template ${name}`);
  const config = testConfig(join(folder, own));
  const server = await compose({ config, databaseUrl: databaseUrl(adminUrl, own), root });
  const base = await server.app.listen({ port: 0, host: '127.0.0.1' });
  const browser = await chromium.launch(await resolveBrowser());
  try {
    const blank = await Promise.all(faces.map((face) => lookAt(browser, base + face)));
    const said = blank.filter((complaint) => complaint !== null);
    if (said.length > 0) throw new Error(`a page stays blank, so no journey is walked:\n${said.join('\n')}`);
  } finally {
    await browser.close();
    await server.close();
    await admin.query(`drop database if exists ${own} with (force)`);
    await admin.end();
  }
}

/** Null when a heading can be seen; else the address with everything that was thrown or logged as an error. */
async function lookAt(browser: Browser, url: string): Promise<string | null> {
  const page = await browser.newPage({ locale: 'zh-CN' });
  const said: string[] = [];
  page.on('pageerror', (error) => said.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') said.push(`${message.text()} ${message.location().url}`);
  });
  try {
    await page.goto(url, { timeout: patienceMs });
    await page.getByRole('heading').filter({ visible: true }).first().waitFor({ timeout: patienceMs });
    return null;
  } catch (error) {
    return [`${url}: ${(error as Error).message.split('\n')[0]}`, ...said].join('\n  ');
  } finally {
    await page.close();
  }
}
