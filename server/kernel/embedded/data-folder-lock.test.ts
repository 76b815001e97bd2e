import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { lockDataFolder } from './data-folder-lock.ts';

let folder: string;
let dataDir: string;
let starter: string;
let round = 0;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lock-test-'));
  const bundled = join(folder, 'data-folder-lock.mjs');
  buildSync({
    entryPoints: [fileURLToPath(new URL('./data-folder-lock.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: bundled,
  });
  starter = join(folder, 'starter.mjs');
  writeFileSync(
    starter,
    `import { lockDataFolder } from './data-folder-lock.mjs';
     await new Promise((go) => process.stdin.once('data', go));
     try { await lockDataFolder(process.argv[2], { shared: process.argv[3] === 'shared' }); console.log('has it'); } catch (error) { console.log(error.code); }
     process.stdin.resume();`,
  );
});

beforeEach(() => {
  dataDir = join(folder, `data-${++round}`);
  mkdirSync(dataDir);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Starter {
  go(): void;
  said: Promise<string>;
  kill(): Promise<void>;
}

function start(share?: 'shared'): Starter {
  const child = spawn(process.execPath, [starter, dataDir, ...(share ? [share] : [])], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = new Promise<void>((done) => child.on('exit', () => done()));
  const said = new Promise<string>((done) =>
    child.stdout.once('data', (chunk: Buffer) => done(String(chunk).trim())),
  );
  return {
    go: () => child.stdin.write('go\n'),
    said,
    kill: () => {
      child.kill('SIGKILL');
      return ended;
    },
  };
}

test('of several that start at once over what a killed one left, exactly one has it', async () => {
  const first = start();
  first.go();
  expect(await first.said).toBe('has it');
  await first.kill();
  expect(readdirSync(join(dataDir, 'instance'))).toHaveLength(1);

  const starters = Array.from({ length: 6 }, () => start());
  // Started first, let go together: the look at the dead one's sign is what has to coincide.
  await new Promise((done) => setTimeout(done, 500));
  for (const starter of starters) starter.go();
  const said = await Promise.all(starters.map((one) => one.said));
  await Promise.all(starters.map((one) => one.kill()));
  expect(said.sort()).toEqual([...Array<string>(5).fill('data-folder-in-use'), 'has it']);
});

test('what is no sign of a living process is cleared away, a later life of its pid included', async () => {
  const signs = join(dataDir, 'instance');
  mkdirSync(signs);
  for (const sign of ['', 'damaged', `${process.pid}-0123456789abcdef`, '999999999-0123456789abcdef']) {
    if (sign !== '') writeFileSync(join(signs, sign), '');
    (await lockDataFolder(dataDir)).release();
    expect(readdirSync(signs)).toEqual([]);
  }
});

test('released twice, it does not take the lock from whoever has it now', async () => {
  const lock = await lockDataFolder(dataDir);
  lock.release();
  const other = start();
  other.go();
  expect(await other.said).toBe('has it');
  lock.release();
  await expect(lockDataFolder(dataDir)).rejects.toThrow(/in use by another/);
  await other.kill();
});

test('servers share a folder, and nobody has it for himself meanwhile', async () => {
  const signs = join(dataDir, 'instance');
  mkdirSync(signs);
  // A server on another machine that mounts the same folder: its process number means nothing here.
  const elsewhere = 'shared-00000000-999999999-0123456789abcdef';
  writeFileSync(join(signs, elsewhere), '');
  const server = start('shared');
  server.go();
  expect(await server.said).toBe('has it');
  const here = await lockDataFolder(dataDir, { shared: true });
  here.release();
  await expect(lockDataFolder(dataDir)).rejects.toThrow(/in use by another/);
  await server.kill();
  const alone = await lockDataFolder(dataDir);
  const late = start('shared');
  late.go();
  expect(await late.said).toBe('data-folder-in-use');
  await late.kill();
  alone.release();
  expect(readdirSync(signs)).toEqual([elsewhere]);
});
