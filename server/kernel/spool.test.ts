import { Readable } from 'node:stream';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { refusalOf } from './app.ts';
import { spool } from './spool.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spool-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const failing = (code: string) =>
  new Readable({
    read() {
      this.destroy(Object.assign(new Error(code), { code }));
    },
  });

it.each([
  ['ENOSPC', 503, 'disk-full'],
  ['EDQUOT', 503, 'disk-full'],
  ['ECONNRESET', 400, 'body-unreadable'],
])('a body that ends with %s is answered with %i', async (code, status, refusal) => {
  const error = await spool(failing(code), folder, 1000).then(
    () => null,
    (fault: unknown) => refusalOf(fault),
  );
  expect(error).toMatchObject({ status, code: refusal });
  expect(await readdir(join(folder, 'incoming'))).toEqual([]);
});
