// `npm start`: from a fresh clone to a running server. Installs and builds what is stale, then runs it until it is stopped.
import { spawn } from 'node:child_process';
import { targets } from './build.mjs';
import { at, root } from './checkout.mjs';
import { checkNode, installMember, installRoot } from './install.mjs';
import { main, seconds, step } from './terminal.mjs';

await main(async () => {
  checkNode();
  const done = [
    await step('安装依赖（服务端、干部端、工具）', installRoot),
    await step('安装依赖（会员端）', installMember),
  ];
  for (const name of ['server', 'admin', 'h5'])
    done.push(await step(targets[name].title, targets[name].build));
  const total = done.reduce((sum, { ms }) => sum + ms, 0);
  const parts = done.filter(({ ms }) => ms >= 1_000).map(({ title, ms }) => `${title} ${seconds(ms)}`);
  console.log(`  准备完成，共 ${seconds(total)}${parts.length > 0 ? `：${parts.join('，')}` : ''}`);
  serve();
});

/**
 * The server runs in a session of its own, so that Ctrl-C – which a terminal sends to everything it started, and npm sends once
 * more – reaches it exactly once. Should this process be killed, the closed channel tells the server to stop.
 */
function serve() {
  const server = spawn(
    process.execPath,
    ['--enable-source-maps', '--import', './scripts/stop-cleanly.mjs', 'server/dist/main.js'],
    { cwd: root, detached: true, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  let asked = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      const waited = asked === 0 ? 0 : Date.now() - asked;
      if (asked === 0) {
        asked = Date.now();
        server.kill(signal === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
      } else if (waited > 10_000) {
        // Nothing committed is lost: the next start recovers the database.
        console.error(`服务 ${seconds(waited)} 内没有停下，强制结束。`);
        server.kill('SIGKILL');
      }
    });
  }
  server.on('error', (error) => {
    console.error(`无法运行 ${at('server/dist/main.js')}：${error.message}`);
    process.exitCode = 1;
  });
  server.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1);
  });
}
