// What the commands print while they work. Bare Node only: this runs before anything is installed.
import { spawn } from 'node:child_process';

const isTty = Boolean(process.stdout.isTTY);

/** Seconds for people: "0.4 秒", "83 秒". */
export function seconds(ms) {
  return ms < 9_950 ? `${(ms / 1000).toFixed(1)} 秒` : `${Math.round(ms / 1000)} 秒`;
}

/**
 * Runs `work` under a title and says how long it has been going: every second on a terminal, every 15 s in a log. Silent
 * when it is over within a moment, so that a second start shows nothing but the server.
 */
export async function step(title, work) {
  const begun = Date.now();
  const say = () => {
    const line = `  … ${title} ${seconds(Date.now() - begun)}`;
    process.stdout.write(isTty ? `\r\x1b[2K${line}` : `${line}\n`);
  };
  const timer = setInterval(say, isTty ? 1_000 : 15_000);
  try {
    const did = await work();
    const ms = Date.now() - begun;
    clearInterval(timer);
    if (isTty) process.stdout.write('\r\x1b[2K');
    if (did !== false || ms > 1_000) console.log(`  ✓ ${title} ${seconds(ms)}`);
    return { title, ms };
  } catch (error) {
    clearInterval(timer);
    if (isTty) process.stdout.write('\r\x1b[2K');
    console.log(`  ✗ ${title} ${seconds(Date.now() - begun)}`);
    throw error;
  }
}

/** A failure whose cause has been said in full: print the message, not a stack. */
export class PlainError extends Error {}

/**
 * Runs a command quietly. Resolves with its exit code and everything it printed; `onLine` sees each line as it comes.
 */
export function run(command, args, options = {}) {
  const { onLine, ...spawnOptions } = options;
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], ...spawnOptions });
    const chunks = [];
    let rest = '';
    const take = (chunk) => {
      chunks.push(chunk);
      if (!onLine) return;
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      lines.forEach(onLine);
    };
    child.stdout?.on('data', take);
    child.stderr?.on('data', take);
    child.on('error', fail);
    child.on('close', (code, signal) => {
      done({ code: code ?? 1, signal, output: Buffer.concat(chunks).toString('utf8') });
    });
  });
}

/** As `run`, and throws what the command printed when it fails. */
export async function runOrThrow(command, args, options) {
  const result = await run(command, args, options);
  if (result.code === 0) return result.output;
  throw new PlainError(
    `${command} ${args.join(' ')} 退出码 ${result.code}：\n${result.output.slice(-8_000)}`,
  );
}

/** Runs a command's main function: plain errors as text, others with their stack, exit code 1 either way. */
export async function main(work) {
  try {
    await work();
  } catch (error) {
    console.error(error instanceof PlainError ? error.message : error);
    process.exitCode = 1;
  }
}
