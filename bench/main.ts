import { spawn, type ChildProcess } from 'node:child_process';
import { hkdfSync, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { compose } from '../server/compose.ts';
import { createFederation, migrateAll } from '../server/federations.ts';
import { readConfig } from '../server/kernel/config.ts';
import { serveBare } from './bare-server.ts';
import { createDatabase } from './database.ts';
import { footprint } from './footprint.ts';
import { reportOf, type Result } from './report.ts';
import { runTasks } from './tasks.ts';
import { processorTimeOf } from './processor-time.ts';
import { fillWorld, type Scale, type World } from './world.ts';

const scales: Record<string, Scale> = {
  small: { unions: 2000, members: 20_000, cases: 6000, writes: 2600 },
  full: { unions: 29_000, members: 1_000_000, cases: 300_000, writes: 7200 },
};

const root = resolve('.');
const migrations = join(root, 'db/migrations');

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => done(port));
    });
  });
}

/** Waits until a server answers on the port; throws when it ends before. */
async function answers(child: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const up = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      () => true,
      () => false,
    );
    if (up) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error('the server did not start within 30 s');
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await ended;
}

interface Wanted {
  scale: string;
  millis: number;
  rounds: number;
  only: string | undefined;
  tell(text: string): void;
}

async function bench(wanted: Wanted): Promise<Result> {
  const { tell } = wanted;
  const folder = await mkdtemp(join(tmpdir(), 'smart-union-bench-'));
  const database = await createDatabase('su_bench');
  const children: ChildProcess[] = [];
  const watching: pg.Client[] = [];
  try {
    const key = randomBytes(32);
    const [port, barePort] = [await freePort(), await freePort()];
    const env = {
      DATABASE_URL: database.url,
      DATA_DIR: join(folder, 'data'),
      PII_KEYS: `1:${key.toString('hex')}`,
      DEMO: '0',
      RATE_LIMIT: '0',
      PORT: String(port),
      HOST: '127.0.0.1',
    };
    const indexKey = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'index id-number', 32)).toString(
      'hex',
    );
    await migrateAll(database.url, migrations, new Date());
    const config = { ...readConfig(env), logLevel: 'silent' as const };
    const server = await compose({ config, databaseUrl: database.url, root });
    const { platform } = server;
    const federation = await createFederation(platform, migrations, { code: 'bench', name: '测试总工会' });
    const scale = scales[wanted.scale]!;
    const world: World = await fillWorld({ platform, federation, scale, indexKey, barePort, tell });
    await server.close();
    const worldFile = join(folder, 'world.json');
    await writeFile(worldFile, JSON.stringify(world));
    const here = new pg.Client({ connectionString: database.url });
    await here.connect();
    await here.query('vacuum analyze');
    await here.query('checkpoint');
    watching.push(here);
    const profile = process.env.BENCH_PROFILE
      ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`]
      : [];
    const start = (args: string[]) => {
      const child = spawn(process.execPath, args, {
        env: { ...process.env, ...env },
        stdio: ['ignore', process.env.BENCH_LOG ? 'inherit' : 'ignore', 'inherit'],
      });
      children.push(child);
      return child;
    };
    const product = start([...profile, join(root, 'server/dist/main.js')]);
    await answers(product, port);
    // The jobs of the day run at the first start; idle is what comes after.
    await new Promise((done) => setTimeout(done, 6000));
    const small = footprint(root, product.pid!);
    tell(`空闲内存 ${small.idleMegabytes} MB`);
    const bare = start([process.argv[1]!, '--bare', worldFile]);
    await answers(bare, barePort);
    const processorTime = {
      product: processorTimeOf(product.pid!, here),
      bare: processorTimeOf(bare.pid!, here),
    };
    const tasks = await runTasks(world, {
      ...wanted,
      port,
      barePort,
      processorTime,
      full: wanted.scale === 'full',
    });
    return { scale: wanted.scale, sizes: scale, tasks, footprint: small };
  } finally {
    for (const child of children) await stop(child);
    for (const client of watching) await client.end();
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  }
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    scale: { type: 'string', default: 'small' },
    rounds: { type: 'string', default: '3' },
    millis: { type: 'string', default: '1500' },
    only: { type: 'string' },
    bare: { type: 'string' },
  },
});

if (values.bare) {
  await serveBare(values.bare);
  process.on('SIGTERM', () => process.exit(0));
} else if (!Object.hasOwn(scales, values.scale)) {
  process.stderr.write('--scale small 或 full；--rounds N；--millis N；--only 任务；--json\n');
  process.exitCode = 2;
} else {
  const result = await bench({
    scale: values.scale,
    millis: Number(values.millis),
    rounds: Number(values.rounds),
    only: values.only,
    tell: (text) => process.stderr.write(`  ${text}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : reportOf(result));
}
