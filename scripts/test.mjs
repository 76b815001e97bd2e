// `npm test [-- SUITE…]`: installs, gets a PostgreSQL and a browser, runs every suite, and ends with "N passed, N failed".
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { at, root, toolEnv } from './checkout.mjs';
import { resolveBrowser } from './browser.mjs';
import { provideTestDatabase } from './database.mjs';
import { checkNode, installMember, installRoot } from './install.mjs';
import { suites } from './suites.mjs';
import { main, PlainError, run, seconds, step } from './terminal.mjs';
import { told } from './told.mjs';

/** Environment the suites get; grows as things are provided. */
const env = toolEnv({ NODE_ENV: 'test', FORCE_COLOR: '0', TZ: process.env.TZ ?? 'UTC' });
// The server's own settings of whoever runs the tests must not leak into them.
for (const name of ['DATABASE_URL', 'DATA_DIR', 'PORT', 'DEMO']) delete env[name];

let database;
const provide = {
  database: async () => {
    database ??= await provideTestDatabase();
    env.TEST_DATABASE_URL = database.url;
  },
  browser: async () => {
    const browser = await resolveBrowser();
    env.CHROMIUM_PATH = browser.executablePath;
    env.CHROMIUM_HOME = browser.env.HOME;
  },
};

// Ended by a signal, the database would stay: leaving by exit() lets its keeper shut it down.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130));

await main(async () => {
  let passed = 0;
  let failed = 0;
  try {
    checkNode();
    const chosen = choose(process.argv.slice(2).filter((name) => !name.startsWith('-')));
    await step('安装依赖', installRoot);
    await step('安装会员端依赖', installMember);
    for (const suite of chosen) {
      const result = await runSuite(suite);
      passed += result.passed;
      failed += result.failed;
    }
  } catch (error) {
    failed += 1;
    console.log(error instanceof PlainError ? error.message : error.stack);
  }
  await database?.stop();
  if (failed > 0) process.exitCode = 1;
  console.log(`${passed} passed, ${failed} failed`);
});

function choose(names) {
  if (names.length === 0) return suites.filter((suite) => !suite.onlyByName);
  const chosen = suites.filter((suite) => names.some((name) => suite.name.startsWith(name)));
  if (chosen.length > 0) return chosen;
  throw new PlainError(
    `没有这个测试：${names.join('、')}。可选：${suites.map(({ name }) => name).join('、')}`,
  );
}

/** Runs one suite, prints its line, and prints what it said when something failed. */
async function runSuite(suite) {
  const begun = Date.now();
  const heartbeat = setInterval(() => {
    console.log(`  … ${suite.name} ${seconds(Date.now() - begun)}`);
  }, 60_000);
  let result;
  try {
    for (const need of suite.needs ?? []) await provide[need]();
    result = suite.vitest ? await runVitest(suite) : await runChecks(suite.checks);
  } catch (error) {
    result = {
      passed: 0,
      failed: 1,
      output: String(error instanceof PlainError ? error.message : error.stack),
    };
  } finally {
    clearInterval(heartbeat);
  }
  if (result.passed + result.failed === 0) {
    result = { ...result, failed: 1, output: `${result.output}\nthe suite ran zero tests` };
  }
  const mark = result.failed === 0 ? '✓' : '✗';
  if (result.failed > 0) console.log(`\n${result.output.trim()}\n`);
  const counts = `${result.passed} passed, ${result.failed} failed`;
  console.log(`${mark} ${suite.name}（${suite.title}）: ${counts}, ${seconds(Date.now() - begun)}`);
  return result;
}

async function runChecks(checks) {
  const results = [];
  for (const [command, ...args] of checks) {
    const { code, output } = await run(command === 'node' ? process.execPath : command, args, {
      cwd: root,
      env,
    });
    results.push({
      ok: code === 0,
      output: `$ ${[command, ...args].join(' ')}\n${output.trim().slice(-20_000)}`,
    });
  }
  const bad = results.filter(({ ok }) => !ok);
  return {
    passed: results.length - bad.length,
    failed: bad.length,
    output: bad.map(({ output }) => output).join('\n\n'),
  };
}

/** Counts come from vitest's own report; a skipped test, or an error outside any test, counts as a failure. */
async function runVitest({ name, vitest, env: own = {} }) {
  const report = at('.cache/tests', `${name}.json`);
  mkdirSync(at('.cache/tests'), { recursive: true });
  rmSync(report, { force: true });
  const reporters = [at('scripts/tell-as-it-goes.mjs'), 'json'].map((reporter) => `--reporter=${reporter}`);
  const { code, output } = await run(
    'vitest',
    ['run', ...vitest, ...reporters, `--outputFile.json=${report}`],
    {
      cwd: root,
      env: { ...env, ...own },
      onLine: (line) => {
        if (line.startsWith(told)) console.log(line);
      },
    },
  );
  // What else was said, by the server above all, helps when something failed; the reasons themselves have been told.
  const rest = output.split('\n').filter((line) => !line.startsWith(told));
  const shown = rest.join('\n').slice(-60_000);
  if (!existsSync(report)) return { passed: 0, failed: 1, output: shown };
  const counts = JSON.parse(readFileSync(report, 'utf8'));
  const passed = counts.numPassedTests;
  const skipped = counts.numTotalTests - passed - counts.numFailedTests;
  // A file that does not load has no tests to fail, and an unhandled rejection belongs to none.
  const unloaded = counts.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length; // prettier-ignore
  let failed = counts.numFailedTests + skipped + unloaded;
  if (code !== 0 && failed === 0) failed = 1;
  const note = skipped > 0 ? `\n${skipped} skipped tests count as failed` : '';
  return { passed, failed, output: shown + note };
}
