import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compose } from './compose.ts';
import { readConfig } from './kernel/config.ts';
import { listFederations } from './kernel/app.ts';
import { inSystemContext } from './kernel/context.ts';
import { ensureDatabase } from './kernel/embedded/ensure-database.ts';
import { requireSameKeys } from './kernel/pii/same-keys.ts';
import { migrateAll } from './federations.ts';
import { loadDemo } from './demo/load-demo.ts';
import { welcome } from './demo/welcome.ts';
import { publishCatalogue } from './modules/cases/index.ts';

// Bundled to server/dist/main.js: the project's folder is two above.
const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const migrations = join(root, 'db/migrations');

const say = (text: string) => process.stdout.write(`${text}\n`);

/** What has been started, last first; stopping goes through it once, whenever the signal comes. */
const running: (() => Promise<void>)[] = [];
let stopping: Promise<void> | null = null;

async function stopAll(): Promise<void> {
  for (const stop of running.splice(0)) await stop();
}

function stopOnSignal(): void {
  stopping ??= (async () => {
    say('\n正在停止：等进行中的请求完成……');
    await stopAll();
    say('已停止。');
    process.exit(0);
  })();
}

async function start(): Promise<void> {
  process.on('SIGINT', stopOnSignal);
  process.on('SIGTERM', stopOnSignal);
  const config = readConfig(process.env);
  const { url, stop } = await ensureDatabase({
    dataDir: config.dataDir,
    databaseUrl: config.databaseUrl ?? undefined,
    serving: true,
    log: (text) => say(`  ${text}`),
  });
  running.unshift(stop);
  await migrateAll(url, migrations, new Date());
  const server = await compose({ config, databaseUrl: url, root });
  running.unshift(server.close);
  const { platform } = server;
  await requireSameKeys(url, platform.pii.fingerprint, new Date());
  if (config.demo) await loadDemo(platform, { migrations, root });
  for (const federation of await listFederations(platform)) {
    await inSystemContext(platform, federation, '系统', publishCatalogue);
  }
  await platform.jobs.start(platform);
  await server.app.listen({ port: config.port, host: config.host });
  const address = server.app.server.address();
  const port = typeof address === 'object' && address ? address.port : config.port;
  say(await welcome(platform, port));
}

start().catch(async (error: Error) => {
  // Stopping pulls the database from under a start that is still going on; that is no failure.
  if (stopping) return;
  process.stderr.write(`启动失败：${error.message}\n`);
  if (process.env.LOG_LEVEL === 'debug') process.stderr.write(`${error.stack}\n`);
  await stopAll();
  process.exit(1);
});
