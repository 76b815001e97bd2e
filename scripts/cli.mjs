// `npm run cli -- …`: builds the server when it is stale and hands over to its command line.
import { spawn } from 'node:child_process';
import { targets } from './build.mjs';
import { at } from './checkout.mjs';
import { checkNode, installRoot } from './install.mjs';
import { main } from './terminal.mjs';

await main(async () => {
  checkNode();
  // No progress lines: the command's own output may be piped into a file.
  await installRoot();
  await targets.server.build();
  const args = ['--enable-source-maps', at('server/dist/cli.js'), ...process.argv.slice(2)];
  const command = spawn(process.execPath, args, { stdio: 'inherit' });
  // A terminal sends Ctrl-C to the command as well: staying alive is all that is left to do here.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => command.kill('SIGTERM'));
  process.exitCode = await new Promise((done, fail) => {
    command.on('error', fail);
    command.on('exit', (code) => done(code ?? 1));
  });
});
