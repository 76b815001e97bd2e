import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { databaseUrl, root } from '../database/template.ts';
import { freshName, piiKeys } from '../faults/stage.ts';
import { startFleet, type Fleet } from './fleet.ts';

let fleet: Fleet;
let admin: pg.Client;
let target: string;
const name = freshName();
beforeAll(async () => {
  fleet = await startFleet(1);
  admin = new pg.Client({ connectionString: inject('template').adminUrl });
  await admin.connect();
  await admin.query(
    `create database ${name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
  );
  target = databaseUrl(inject('template').adminUrl, name);
});
afterAll(async () => {
  await fleet?.close();
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.end();
});

/** Runs the command, and kills it where it has said `until`. */
async function move(until: RegExp | null): Promise<{ code: number | null; said: string }> {
  const child = spawn(process.execPath, [join(root, 'server/dist/cli.js'), 'federation', 'move', 'test'], {
    env: {
      PATH: process.env.PATH ?? '',
      HOME: process.env.HOME ?? '',
      DATABASE_URL: fleet.url,
      DATABASE_URL_TO: target,
      DATA_DIR: fleet.stage.server.platform.config.dataDir,
      PII_KEYS: piiKeys,
      DEMO: '0',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const hear = (chunk: Buffer) => {
    said += chunk.toString();
    if (until?.test(said)) child.kill('SIGKILL');
  };
  child.stdout.on('data', hear);
  child.stderr.on('data', hear);
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

const codesIn = async (url: string) => {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query<{ code: string }>('select code from platform.federation');
  await client.end();
  return rows.map(({ code }) => code);
};

const begin = () => fleet.as('li').files.begin({ body: { name: '收据.jpg', size: 1000 } });

/** One write after another as long as it goes on. What was promised, and what refusals there were. */
function writing() {
  const told = { done: [] as string[], refused: new Map<string, number>(), over: false };
  const running = (async () => {
    while (!told.over) {
      try {
        told.done.push((await begin()).id);
      } catch (error) {
        const why = error instanceof ApiError ? `${error.status} ${error.code}` : String(error);
        told.refused.set(why, (told.refused.get(why) ?? 0) + 1);
      }
      await pause(30);
    }
  })();
  return { told, end: () => ((told.over = true), running) };
}

it('loses nothing that was promised, wherever the mover is killed, and serves on until it is done', async () => {
  const { told, end } = writing();
  for (const step of [/只能查看/, /复制 fed_test/, /已复制并核对/]) {
    const { code, said } = await move(step);
    expect(code, said).toBe(null);
    expect(await codesIn(fleet.url)).toEqual(['test']);
    await expect(fleet.as('approver').cases.list({ query: { view: 'todo' } })).resolves.toBeDefined();
  }
  // Nobody tells the servers that the mover is dead; they find out.
  const before = told.done.length;
  const killedAt = performance.now();
  while (told.done.length === before && performance.now() - killedAt < 40_000) await pause(100);
  expect(performance.now() - killedAt).toBeLessThan(30_000);
  const { code, said } = await move(null);
  expect(said).toContain('已迁到');
  expect(code).toBe(0);
  await pause(2500);
  await end();
  expect(told.done.length).toBeGreaterThan(before);
  // Some were refused plainly; those that came before the server had heard waited for the copy's locks.
  expect([...told.refused.keys()].filter((why) => !/^503 (federation-moving|database-unavailable)$/.test(why))).toEqual([]); // prettier-ignore
  expect(told.refused.get('503 federation-moving')).toBeGreaterThan(0);
  expect([await codesIn(fleet.url), await codesIn(target)]).toEqual([[], ['test']]);
  const client = new pg.Client({ connectionString: target });
  await client.connect();
  const { rows } = await client.query<{ id: string }>('select id from fed_test.file where id = any($1)', [
    told.done,
  ]);
  await client.end();
  expect(rows.length).toBe(new Set(told.done).size);
});
