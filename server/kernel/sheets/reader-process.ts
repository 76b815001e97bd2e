import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { SheetError } from './errors.ts';
import type { ReaderMessage, ReaderTask } from './serve-reader.ts';

/** A process that reads one file. */
export interface Reader<Event> {
  /**
   * What it says next, in order; undefined when nothing came in that time. Throws SheetError when the process died of
   * memory (`sheet-too-many-cells`) or of anything else (`sheet-interrupted`).
   */
  next(milliseconds: number): Promise<ReaderMessage<Event> | undefined>;
  /** Lets it send one more batch of rows. */
  more(): void;
  /** Ends it, whatever it is doing; resolves when it is gone. Never throws. */
  stop(): Promise<void>;
}

const living = new Set<ChildProcess>();

const endAll = (): void => {
  for (const child of living) child.kill('SIGKILL');
};

/**
 * Reads in a process of its own, never in a thread: Node 20 aborts the whole process when a thread is terminated while it
 * makes a zlib stream ("close before init", CompressionStream::Close), so one file sent at the wrong moment would end the
 * server. The process gets none of the server's environment, and ends with its channel.
 */
export async function startReader<Event>(entry: string, task: ReaderTask): Promise<Reader<Event>> {
  const { module, code } = await readerModule(entry);
  const child = fork(module, [], {
    execArgv: [`--max-old-space-size=${task.limits.memoryMb}`, '--max-semi-space-size=32'],
    env: passedOn(),
    serialization: 'advanced',
    stdio: [code === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore', 'ipc'],
  });
  // Rejects when it could not be started, for want of processes or files.
  await once(child, 'spawn');
  if (living.size === 0) process.on('exit', endAll);
  living.add(child);
  const reader = readerOf<Event>(child);
  child.stdin?.on('error', ignored).end(code);
  child.send(task, ignored);
  return reader;
}

const ignored = (): void => {};

function readerOf<Event>(child: ChildProcess): Reader<Event> {
  const queue: ReaderMessage<Event>[] = [];
  let wake: (() => void) | undefined;
  child.on('message', (message) => {
    queue.push(message as ReaderMessage<Event>);
    wake?.();
  });
  // A message that could not be delivered; the death that goes with it is told by the events below.
  child.on('error', ignored);
  // Not `once` of node:events: it rejects at any 'error', and nobody would catch that.
  const silent = new Promise<void>((resolve) => child.once('disconnect', resolve));
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let dead = false;
  void gone.then(async () => {
    living.delete(child);
    if (living.size === 0) process.off('exit', endAll);
    // The process is gone before its last messages are read.
    await silent;
    dead = true;
    wake?.();
  });
  return {
    async next(milliseconds) {
      if (queue.length === 0 && !dead) {
        await pause(milliseconds, (resume) => {
          wake = resume;
        });
      }
      const message = queue.shift();
      if (!message && dead) throw deathOf(child);
      return message;
    },
    more: () => void (child.connected && child.send('more', ignored)),
    async stop() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** V8 aborts when its heap is full; outside of V8 it is the kernel that ends who takes too much, or somebody by hand. */
function deathOf({ signalCode, exitCode }: ChildProcess): SheetError {
  const full = signalCode === 'SIGABRT' || signalCode === 'SIGTRAP' || exitCode === 134;
  const cause = new Error(`the reading process ended: ${signalCode ?? exitCode}`);
  return new SheetError(full ? 'sheet-too-many-cells' : 'sheet-interrupted', {}, { cause });
}

/** What Node itself may need to start, on systems that keep its libraries or its alphabets elsewhere. No secret is among it. */
function passedOn(): NodeJS.ProcessEnv {
  const names = ['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'NODE_ICU_DATA', 'SystemRoot'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function pause(milliseconds: number, arm: (resume: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.max(milliseconds, 0));
    arm(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const compiled = new Map<string, Promise<string>>();

/**
 * In the built server the bundler has put the entry in the same place under dist as its source has under server. Run from
 * TypeScript (tests), Node 20 cannot load the source, so esbuild – a development dependency, never needed in production –
 * compiles it once in memory and the process takes it from its standard input.
 */
async function readerModule(entry: string): Promise<{ module: string; code?: string }> {
  if (!import.meta.url.endsWith('.ts')) {
    return { module: fileURLToPath(new URL(`./${entry}.worker.js`, import.meta.url)) };
  }
  const code =
    compiled.get(entry) ?? compile(fileURLToPath(new URL(`../../${entry}.worker.ts`, import.meta.url)));
  compiled.set(entry, code);
  return { module: '-', code: await code };
}

async function compile(entry: string): Promise<string> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}
