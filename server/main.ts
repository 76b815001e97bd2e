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

async function start(): Promise<void> {
  const config = readConfig(process.env);
  const embedded = await ensureDatabase({
    dataDir: config.dataDir,
    databaseUrl: config.databaseUrl ?? undefined,
  });
  const stopDatabase = () => embedded.stop();
  try {
    await migrateAll(embedded.url, migrations, new Date());
    const server = await compose({ config, databaseUrl: embedded.url, root });
    const { platform } = server;
    await requireSameKeys(embedded.url, platform.pii.fingerprint, new Date());
    if (config.demo) await loadDemo(platform, { migrations, root });
    for (const federation of await listFederations(platform)) {
      await inSystemContext(platform, federation, '系统', publishCatalogue);
    }
    await platform.jobs.start(platform);
    await server.app.listen({ port: config.port, host: config.host });
    const address = server.app.server.address();
    const port = typeof address === 'object' && address ? address.port : config.port;
    process.stdout.write(await welcome(platform, port));
    let stopping = false;
    const stop = async () => {
      if (stopping) return;
      stopping = true;
      process.stdout.write('\n正在停止：等进行中的请求完成……\n');
      await server.close();
      await stopDatabase();
      process.stdout.write('已停止。\n');
      process.exit(0);
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  } catch (error) {
    await stopDatabase();
    throw error;
  }
}

start().catch((error: Error) => {
  process.stderr.write(`启动失败：${error.message}\n`);
  if (process.env.LOG_LEVEL === 'debug') process.stderr.write(`${error.stack}\n`);
  process.exit(1);
});
