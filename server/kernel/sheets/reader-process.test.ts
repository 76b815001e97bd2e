import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterEach, describe, expect, it } from 'vitest';
import { plainWorkbook } from './factory.ts';
import { readSheets, streamSheets } from './read.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Readers whose parent this process is. The compiler of these tests is its child too. */
function readersOf(pid: number): number[] {
  return execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(
      ([, parent, ...command]) => Number(parent) === pid && command.join(' ').includes('--max-old-space'),
    )
    .map(([child]) => Number(child));
}

const long = plainWorkbook(Array.from({ length: 40_000 }, (_, at) => [`甲${at}`, `乙${at}`, `丙${at}`]));

/** A reader that stands still in the middle of a file: it has sent what it may, and the rest has not been asked for. */
async function midFile() {
  const events = streamSheets({ bytes: await long });
  for (let event = await events.next(); event.value?.type !== 'rows'; event = await events.next());
  const [pid] = readersOf(process.pid);
  return { events, pid: pid! };
}

describe('a reader that ends before its file', () => {
  it('is a clear refusal when somebody kills it, and the next file is read as ever', async () => {
    const { events, pid } = await midFile();
    process.kill(pid, 'SIGKILL');
    const rest = (async () => {
      for await (const event of events) expect(event.type).toBe('rows');
    })();
    await expect(rest).rejects.toMatchObject({ code: 'sheet-interrupted' });
    expect((await readSheets({ bytes: await long })).sheets[0]!.rows.length).toBe(40_000);
  });

  it('is a refusal too when it holds more memory than it may outside of its heap', async () => {
    await expect(readSheets({ bytes: await long }, { limits: { residentMb: 20 } })).rejects.toMatchObject({
      code: 'sheet-too-many-cells',
    });
  });

  it('says so when it cannot read the path', async () => {
    await expect(readSheets({ path: join(root, 'nowhere.xlsx') })).rejects.toThrow('ENOENT');
  });
});

describe('what a reader is given', () => {
  const secret = 'postgres://u:very-secret@127.0.0.1/x';
  afterEach(() => {
    delete process.env.PII_KEYS;
  });

  it('is nothing of the server’s environment', async () => {
    process.env.PII_KEYS = secret;
    const { events, pid } = await midFile();
    const seen = execFileSync('ps', ['eww', '-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    await events.return(undefined);
    expect(seen).toContain('NODE_CHANNEL_FD');
    expect(seen).not.toContain('very-secret');
    expect(seen).not.toMatch(/DATABASE_URL|HOME=|PATH=\//);
  });
});

describe('no reader outlives its use', () => {
  it('when the consumer walks away, at the start or in the middle, forty times', async () => {
    const bytes = await long;
    const leave = async (at: string): Promise<void> => {
      for await (const event of streamSheets({ bytes })) if (event.type === at) break;
    };
    await Promise.all(Array.from({ length: 40 }, (_, time) => leave(time % 2 ? 'file' : 'rows')));
    expect(readersOf(process.pid)).toEqual([]);
  });

  it('when the server is killed, and reads from where the bundler puts it', async () => {
    await mkdir(join(root, '.cache'), { recursive: true });
    const folder = await mkdtemp(join(root, '.cache/reader-'));
    let server: ChildProcess | undefined;
    try {
      await bundledLike(folder);
      server = spawn(process.execPath, [join(folder, 'main.js')], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [said] = (await server.stdout!.take(1).toArray()) as [Buffer];
      expect(said.toString()).toMatch(/^1\d{3} rows$/);
      const readers = readersOf(server.pid!);
      expect(readers.length).toBe(1);
      server.kill('SIGKILL');
      await expect.poll(() => readers.filter(isRunning), { timeout: 60_000 }).toEqual([]);
    } finally {
      server?.kill('SIGKILL');
      await rm(folder, { recursive: true });
    }
  });
});

/** A small server laid out as the bundler lays out the real one; it stops in the middle of a file for good. */
async function bundledLike(folder: string): Promise<void> {
  const path = join(folder, 'long.xlsx');
  await writeFile(path, await long);
  const main = `
    import { streamSheets } from './server/kernel/sheets/read.ts';
    for await (const event of streamSheets({ path: ${JSON.stringify(path)} })) {
      if (event.type !== 'rows') continue;
      process.stdout.write(event.rows.length + ' rows');
      await new Promise((resolve) => setTimeout(resolve, 100_000));
    }`;
  const options = { bundle: true, platform: 'node', format: 'esm', packages: 'external' } as const;
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  const contents = { contents: main, resolveDir: root };
  await build({ ...options, stdin: contents, outfile: join(folder, 'main.js'), external: ['esbuild'] });
  await build({
    ...options,
    entryPoints: [join(root, 'server/kernel/sheets/read.worker.ts')],
    outfile: join(folder, 'kernel/sheets/read.worker.js'),
  });
}

function isRunning(pid: number): boolean {
  const stat = execFileSync('ps', ['-A', '-o', 'pid=,stat='], { encoding: 'utf8' });
  return new RegExp(`^\\s*${pid}\\s+[^Z]`, 'm').test(stat);
}
