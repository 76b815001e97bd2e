import { spawn, type ChildProcess } from 'node:child_process';
import { hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { compose } from '../server/compose.ts';
import { createFederation, migrateAll } from '../server/federations.ts';
import { readConfig } from '../server/kernel/config.ts';
import { serveBare } from './bare/server.ts';
import { createDatabase } from './database.ts';
import { footprint, residentMegabytes } from './footprint.ts';
import { requestOf } from './load.ts';
import { processorTimeOf, takenBy, type ProcessorTime } from './processor-time.ts';
import { reportOf, type Result } from './report.ts';
import { runTasks, tasksOf } from './run-tasks.ts';
import { createSupply, type Supply } from './supply.ts';
import type { ServerName } from './tasks/task.ts';
import { measureWalls, streamOf, type WallsResult } from './walls.ts';
import { fillWorld, type Scale, type World } from './world.ts';

const scales: Record<string, Scale> = {
  small: { unions: 2000, members: 20_000, cases: 6000 },
  full: { unions: 29_000, members: 1_000_000, cases: 300_000 },
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
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    const up = await fetch(`http://127.0.0.1:${port}/healthz`).then(
      (reply) => reply.ok,
      () => false,
    );
    if (up) return;
    await new Promise((done) => setTimeout(done, 5));
  }
  throw new Error('the server did not start within a minute');
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
  walls: number;
  /** Names of tasks; null for all. */
  only: readonly string[] | null;
  tell(text: string): void;
}

interface Servers {
  ports: Record<ServerName, number>;
  pids: Record<ServerName, number>;
  processorTime: Record<ServerName, ProcessorTime>;
}

/** First the bare server's walls, then the product's, on claims made for it. */
async function runWalls(
  { walls, tell }: Wanted,
  world: World,
  supply: Supply,
  servers: Servers,
): Promise<WallsResult[]> {
  const results: WallsResult[] = [];
  for (const server of ['bare', 'product'] as const) {
    const moments = 5;
    const drafts = await supply.drafts(moments);
    const claims = drafts.map(({ id, token }) =>
      server === 'bare'
        ? requestOf('POST', `/submit/${id}`, token, { body: {} })
        : requestOf('POST', `/api/v1/me/cases/${id}/submission`, token, {
            body: { version: 1 },
            key: randomUUID(),
          }),
    );
    const result = await measureWalls({
      server,
      port: servers.ports[server],
      walls,
      moments,
      claims,
      stream: streamOf(server, world.tokens.registrar),
      memory: () => residentMegabytes(servers.pids[server]),
      async cost() {
        const taken = await servers.processorTime[server]();
        return taken.server + taken.database;
      },
    });
    tell(
      `大屏 ${walls} 路，${server}：末屏 ${result.spread.last.toFixed(0)} ms，内存 ${result.memoryAfter} MB`,
    );
    results.push(result);
  }
  return results;
}

async function bench(wanted: Wanted): Promise<Result> {
  const { tell } = wanted;
  const folder = await mkdtemp(join(tmpdir(), 'smart-union-bench-'));
  const database = await createDatabase('su_bench');
  const children: ChildProcess[] = [];
  const closing: (() => Promise<unknown>)[] = [];
  let load = 0;
  const watch = setInterval(() => (load = Math.max(load, loadavg()[0]!)), 5000);
  try {
    const key = randomBytes(32);
    const ports = { product: await freePort(), bare: await freePort() };
    const env = {
      DATABASE_URL: database.url,
      DATA_DIR: join(folder, 'data'),
      PII_KEYS: `1:${key.toString('hex')}`,
      DEMO: '0',
      RATE_LIMIT: '0',
      // A bench is busy on purpose, and a call turned away is no figure.
      BUSY_AFTER_MS: '0',
      PORT: String(ports.product),
      HOST: '127.0.0.1',
    };
    const indexKey = Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'index id-number', 32)).toString(
      'hex',
    );
    await migrateAll(database.url, migrations, new Date());
    // Never listens: it fills the federation, and makes what the rounds use up.
    const filler = await compose({
      config: { ...readConfig(env), logLevel: 'silent' as const },
      databaseUrl: database.url,
      root,
    });
    closing.push(() => filler.close());
    const { platform } = filler;
    const federation = await createFederation(platform, migrations, { code: 'bench', name: '测试总工会' });
    const sizes = scales[wanted.scale]!;
    const filling = { indexKey, barePort: ports.bare, folder: join(folder, 'bare') };
    const world = await fillWorld({ platform, federation, scale: sizes, tell, ...filling });
    const supply = createSupply(platform, federation, world, sizes.members);
    const worldFile = join(folder, 'world.json');
    await writeFile(worldFile, JSON.stringify(world));
    const here = new pg.Client({ connectionString: database.url });
    await here.connect();
    closing.push(() => here.end());
    await here.query('vacuum analyze');
    await here.query('checkpoint');
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
    const startProduct = async (options: string[] = []) => {
      const begun = performance.now();
      const child = start([...options, join(root, 'server/dist/main.js')]);
      await answers(child, ports.product);
      return { child, millis: performance.now() - begun, cost: takenBy(child.pid!) };
    };
    const starts: { millis: number; cost: number }[] = [];
    for (let times = 0; times < 3; times += 1) {
      const { child, ...start } = await startProduct();
      starts.push(start);
      await stop(child);
    }
    const { child: product } = await startProduct(profile);
    // The jobs of the day run at the first start; idle is what comes after.
    await new Promise((done) => setTimeout(done, 6000));
    const middle = starts.toSorted((a, b) => a.millis - b.millis)[1]!;
    const small = {
      ...footprint(root, product.pid!),
      startMillis: middle.millis,
      startCostMillis: middle.cost,
    };
    tell(`启动 ${middle.millis.toFixed(0)} ms，空闲内存 ${small.idleMegabytes} MB`);
    const bare = start([process.argv[1]!, '--bare', worldFile]);
    await answers(bare, ports.bare);
    const servers: Servers = {
      ports,
      pids: { product: product.pid!, bare: bare.pid! },
      processorTime: {
        product: processorTimeOf(product.pid!, here),
        bare: processorTimeOf(bare.pid!, here),
      },
    };
    const tasks = await runTasks(await tasksOf({ world, supply }, wanted.only), {
      ...wanted,
      ...servers,
      full: wanted.scale === 'full',
      async settle() {
        const tables = ['file', 'task', 'claim', 'case', 'session', 'disbursement'];
        await here.query(`analyze ${tables.map((table) => `"${federation.schema}"."${table}"`).join(', ')}`);
      },
    });
    const withWalls = wanted.only?.includes('walls') ?? true;
    const walls = withWalls ? await runWalls(wanted, world, supply, servers) : [];
    return {
      scale: wanted.scale,
      sizes,
      rounds: wanted.rounds,
      load,
      tasks,
      walls,
      footprint: small,
    };
  } finally {
    clearInterval(watch);
    for (const child of children) await stop(child);
    for (const close of closing.toReversed()) await close();
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
    walls: { type: 'string', default: '2000' },
    only: { type: 'string' },
    bare: { type: 'string' },
  },
});

if (values.bare) {
  await serveBare(values.bare);
  process.on('SIGTERM', () => process.exit(0));
} else if (!Object.hasOwn(scales, values.scale)) {
  process.stderr.write(
    '--scale small 或 full；--rounds N；--millis N；--walls N；--only 任务,任务（含 walls）；--json\n',
  );
  process.exitCode = 2;
} else {
  const result = await bench({
    scale: values.scale,
    millis: Number(values.millis),
    rounds: Number(values.rounds),
    walls: Number(values.walls),
    only: values.only?.split(',') ?? null,
    tell: (text) => process.stderr.write(`  ${text}\n`),
  });
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : reportOf(result));
}
