// `node bench/import.mjs [--rows 100000] [--only CSV] [--profile FOLDER]`: preview and commit of rosters, on a durable PostgreSQL of its own.
import { spawn } from 'node:child_process';
import { bundle } from '../scripts/build.mjs';
import { at, root } from '../scripts/checkout.mjs';
import { provideTestDatabase } from '../scripts/database.mjs';

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

// The reader of sheets is looked for beside the bundle, as in the built server.
await bundle({
  entryPoints: {
    import: 'bench/import.ts',
    'kernel/sheets/read.worker': 'server/kernel/sheets/read.worker.ts',
    'modules/members/roster/judge.worker': 'server/modules/members/roster/judge.worker.ts',
  },
  outdir: '.cache/bench-import',
});
const profile = process.argv.indexOf('--profile');
const database = await provideTestDatabase({ durable: true });
try {
  const child = spawn(
    process.execPath,
    [
      '--enable-source-maps',
      ...(profile > 0 ? ['--cpu-prof', `--cpu-prof-dir=${process.argv[profile + 1]}`] : []),
      at('.cache/bench-import/import.js'),
      ...process.argv.slice(2),
    ],
    { cwd: root, env: { ...process.env, TEST_DATABASE_URL: database.url }, stdio: 'inherit' },
  );
  process.exitCode = await new Promise((done) => child.on('exit', (code) => done(code ?? 1)));
} finally {
  await database.stop();
}
