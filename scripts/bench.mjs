// `npm run bench [-- …]`: installs and builds what is stale, gets a durable PostgreSQL, and runs bench/main.ts on both.
import { spawn } from 'node:child_process';
import { bundle, targets } from './build.mjs';
import { at, root } from './checkout.mjs';
import { provideTestDatabase } from './database.mjs';
import { checkNode, installRoot } from './install.mjs';
import { main, step } from './terminal.mjs';

// Ended by a signal, the database would stay: leaving by exit() lets its keeper shut it down.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

await main(async () => {
  checkNode();
  await step('安装依赖', installRoot);
  await step(targets.server.title, targets.server.build);
  const entry = '.cache/bench/main.mjs';
  await bundle({ entryPoints: ['bench/main.ts'], outfile: entry });
  const database = await provideTestDatabase({ durable: true });
  try {
    const env = { ...process.env, TEST_DATABASE_URL: database.url };
    delete env.DATABASE_URL;
    const bench = spawn(
      process.execPath,
      ['--enable-source-maps', '--expose-gc', at(entry), ...process.argv.slice(2)],
      { cwd: root, env, stdio: 'inherit' },
    );
    process.exitCode = await new Promise((done, fail) => {
      bench.on('error', fail);
      bench.on('exit', (code) => done(code ?? 1));
    });
  } finally {
    await database.stop();
  }
});
