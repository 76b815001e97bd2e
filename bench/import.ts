import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createHistogram } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { seed } from '../server/commands/seed.ts';
import { compose } from '../server/compose.ts';
import { createFederation, migrateAll } from '../server/federations.ts';
import { hashOf } from '../server/kernel/auth.ts';
import { readConfig } from '../server/kernel/config.ts';
import { inSystemContext, type Ctx } from '../server/kernel/context.ts';
import { xlsxBytes } from '../server/kernel/sheets/write-xlsx.ts';
import { createDatabase } from './database.ts';
import { processorTimeOf } from './processor-time.ts';
import { columns, csvBytes, rosterRows } from './roster.ts';

/** Processor time of this process and of the readers it has waited for, ms. */
function ownTime(): { server: number; readers: number } {
  const { user, system } = process.cpuUsage();
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return { server: (user + system) / 1000, readers: (Number(fields[13]) + Number(fields[14])) * 10 };
}

/**
 * How long others wait for the one thread, by the clock and by its own processor time: on a busy machine the clock tells
 * of the neighbours too. Linux counts both per thread.
 */
function watchLoop() {
  const ran = () => Number(readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')[0]);
  const every = 10;
  const histogram = { clock: createHistogram(), own: createHistogram() };
  let [then, before] = [performance.now(), ran()];
  const timer = setInterval(() => {
    const [now, used] = [performance.now(), ran()];
    histogram.clock.record(Math.max(1, Math.round(now - then - every) * 1e6));
    histogram.own.record(Math.max(1, used - before));
    [then, before] = [now, used];
  }, every);
  const ms = (nanos: number) => (nanos / 1e6).toFixed(0);
  return () => {
    clearInterval(timer);
    return [histogram.own, histogram.clock]
      .map((one) => `${ms(one.percentile(99))} / ${ms(one.max)}`)
      .join(' | ');
  };
}

async function registrar(ctx: Ctx): Promise<string> {
  const [id, token] = [ctx.id(), randomBytes(32).toString('base64url')];
  const account = { id, username: 'bench', name: '测试', password_hash: '', status: 'active' };
  await ctx.db
    .insertInto('account')
    .values({ ...account, totp_confirmed_at: ctx.now, created_at: ctx.now })
    .execute();
  const root = await ctx.db
    .selectFrom('union')
    .select(['id', 'path'])
    .where('superior_id', 'is', null)
    .executeTakeFirstOrThrow();
  const grant = { id: ctx.id(), account_id: id, role: 'district-registrar', from_on: '2020-01-01' };
  await ctx.db
    .insertInto('grant')
    .values({ ...grant, granted_at: ctx.now, union_id: root.id, union_path: root.path })
    .execute();
  const far = new Date('2099-01-01T00:00:00Z');
  await ctx.db
    .insertInto('session')
    .values({
      token_hash: hashOf(token),
      csrf_token: '',
      kind: 'cadre',
      account_id: id,
      created_at: ctx.now,
      seen_at: far,
      expires_at: far,
    })
    .execute();
  return token;
}

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '100000' },
    profile: { type: 'string' },
    only: { type: 'string' },
  },
});
const count = Number(values.rows);
const folder = await mkdtemp(join(tmpdir(), 'smart-union-import-'));
const database = await createDatabase('su_import');
const migrations = join(resolve('.'), 'db/migrations');
await migrateAll(database.url, migrations, new Date());
const config = readConfig({ DATA_DIR: folder, DEMO: '0', RATE_LIMIT: '0', LOG_LEVEL: 'error' });
const server = await compose({ config, databaseUrl: database.url, root: resolve('.') });
const { platform } = server;
const watching = new pg.Client({ connectionString: database.url });
await watching.connect();
try {
  const federation = await createFederation(platform, migrations, { code: 'bench', name: '测试总工会' });
  const system = <T>(work: (ctx: Ctx) => Promise<T>) => inSystemContext(platform, federation, '测试', work);
  await seed(platform, federation, { unions: 2000, members: 0 }, () => {});
  const token = await system(registrar);
  const bases = await system((ctx) =>
    ctx.db
      .selectFrom('union')
      .select(['id', 'path', 'name'])
      .where('level_code', '=', '60')
      .orderBy('path')
      .execute(),
  );
  const base = await server.app.listen({ port: 0, host: '127.0.0.1' });
  await platform.jobs.start(platform);
  const databaseTime = processorTimeOf(process.pid, watching);

  const call = async (path: string, body: Buffer | null, method: 'GET' | 'POST' = 'POST') => {
    const reply = await fetch(`${base}/api/v1${path}`, {
      method,
      ...(body && { body: body as never }),
      headers: {
        authorization: `Bearer ${token}`,
        'idempotency-key': randomBytes(12).toString('hex'),
        ...(body && { 'content-type': 'application/octet-stream' }),
      },
    });
    if (!reply.ok) throw new Error(`${path}: ${reply.status} ${await reply.text()}`);
    return (await reply.json()) as { id: string; status: string; counts: Record<string, number> };
  };

  /** As the page does: asks for the run until the job is through. */
  const step = async (path: string, body: Buffer | null) => {
    let run = await call(path, body);
    while (run.status === 'reading' || run.status === 'saving') {
      await new Promise((done) => setTimeout(done, 250));
      run = await call(`/members/imports/${run.id}`, null, 'GET');
    }
    if (run.status !== 'previewed' && run.status !== 'committed') throw new Error(JSON.stringify(run));
    return run;
  };

  const measure = async <T>(title: string, work: () => Promise<T>): Promise<T> => {
    await new Promise((done) => setTimeout(done, 1500));
    const [own, database] = [ownTime(), (await databaseTime()).database];
    const loop = watchLoop();
    const begun = performance.now();
    const result = await work();
    const millis = performance.now() - begun;
    const waits = loop();
    const [after, later] = [ownTime(), (await databaseTime()).database];
    const seconds = (millisTaken: number) => (millisTaken / 1000).toFixed(1);
    console.log(
      `| ${title} | ${(millis / 1000).toFixed(1)} | ${Math.round((count * 1000) / millis)} | ${seconds(after.server - own.server)} + ` +
        `${seconds(after.readers - own.readers)} + ${seconds(later - database)} | ${waits} |`,
    );
    return result;
  };

  const twoSteps = async (title: string, fileName: string, bytes: Buffer) => {
    const path = '/members/imports';
    const run = await measure(`${title}: preview`, () =>
      step(`${path}?fileName=${encodeURIComponent(fileName)}`, bytes),
    );
    const done = await measure(`${title}: commit`, () => step(`${path}/${run.id}/commit`, null));
    if (done.status !== 'committed') throw new Error(JSON.stringify(done));
    const memory = process.resourceUsage().maxRSS / 1024;
    console.log(
      `  ${(bytes.length / 1e6).toFixed(1)} MB; ${JSON.stringify(done.counts)}; server at most ${memory.toFixed(0)} MB`,
    );
  };

  const sheet = (first: number, phones: string) =>
    xlsxBytes([{ name: '花名册', columns, rows: rosterRows(bases, count, first, phones) }]);
  console.log(
    '| step | s | rows/s | processor s: server + reader + database | thread held p99 / max ms | loop late p99 / max ms |',
  );
  const steps: [string, string, () => Promise<Buffer>][] = [
    ['CSV, new people', '名册.csv', () => csvBytes(rosterRows(bases, count, count, '199'))],
    ['xlsx, new people', '名册.xlsx', () => sheet(0, '199')],
    ['xlsx, the same again', '名册.xlsx', () => sheet(0, '199')],
    ['xlsx, every phone changed', '名册.xlsx', () => sheet(0, '198')],
  ];
  for (const [title, fileName, bytes] of steps)
    if (!values.only || title.startsWith(values.only)) await twoSteps(title, fileName, await bytes());
} finally {
  await watching.end();
  await server.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
}
