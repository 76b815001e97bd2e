import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DataFolderInUseError } from './data-folder-lock.ts';
import { ensureDatabase } from './ensure-database.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ensure-test-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a command beside a serving instance works on its database and leaves it running', async () => {
  const dataDir = join(folder, 'embedded');
  const serving = await ensureDatabase({ dataDir, disposable: true });
  await expect(ensureDatabase({ dataDir, disposable: true })).rejects.toThrow(DataFolderInUseError);
  const beside = await ensureDatabase({ dataDir, disposable: true, beside: true });
  expect(beside.url).toBe(serving.url);
  await beside.stop();
  const again = await ensureDatabase({ dataDir, disposable: true, beside: true });
  expect(again.url).toBe(serving.url);
  await serving.stop();
  const alone = await ensureDatabase({ dataDir, disposable: true, beside: true });
  expect(alone.url).not.toBe('');
  await alone.stop();
});

test('a given server is used as it is, and the data folder still belongs to one instance', async () => {
  const dataDir = join(folder, 'given');
  const databaseUrl = 'postgres://elsewhere.example/union';
  const first = await ensureDatabase({ dataDir, databaseUrl });
  expect(first).toMatchObject({ url: databaseUrl, firstStart: false });
  await expect(ensureDatabase({ dataDir, databaseUrl })).rejects.toThrow(DataFolderInUseError);
  expect((await ensureDatabase({ dataDir, databaseUrl, beside: true })).url).toBe(databaseUrl);
  await first.stop();
  await (await ensureDatabase({ dataDir, databaseUrl })).stop();
});
