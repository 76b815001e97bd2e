import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { SheetError } from './errors.ts';
import type { SheetEvent } from './read-bytes.ts';
import type { ReaderMessage, ReaderTask, SheetSource } from './read.worker.ts';
import { defaultLimits } from './rows.ts';
import type { Sheet, SheetEncoding, SheetKind, SheetLimits } from './rows.ts';

export type { SheetSource } from './read.worker.ts';

/** At most this many files are read at once; each may use `memoryMb`, and the rest wait their turn. */
const readers = 2;
let busy = 0;
const waiting: (() => void)[] = [];

/**
 * Reads an .xlsx or CSV file in a worker thread, event by event; rows come in batches and the worker waits for the
 * consumer. `bytes` are copied, `path` is opened by the worker. Throws SheetError for anything wrong with the file,
 * including when the thread runs out of time (consumer's time not counted) or memory.
 */
export async function* streamSheets(
  source: SheetSource,
  options: { limits?: Partial<SheetLimits> } = {},
): AsyncGenerator<SheetEvent> {
  const limits = { ...defaultLimits, ...options.limits };
  if ('bytes' in source && source.bytes.length > limits.packedBytes) {
    throw new SheetError('sheet-too-large', { limit: Math.round(limits.packedBytes / 1024 / 1024) });
  }
  if (busy >= readers) await new Promise<void>((resolve) => waiting.push(resolve));
  else busy += 1;
  let worker: Worker | undefined;
  try {
    worker = await startReader({ source, limits });
    yield* events(worker, limits);
  } finally {
    await worker?.terminate();
    const next = waiting.shift();
    if (next) next();
    else busy -= 1;
  }
}

/** Reads a whole file; see `streamSheets`. For files whose rows are needed together, such as rosters. */
export async function readSheets(
  source: SheetSource,
  options: { limits?: Partial<SheetLimits> } = {},
): Promise<{ kind: SheetKind; encoding: SheetEncoding; sheets: Sheet[] }> {
  let kind: SheetKind = 'csv';
  let encoding: SheetEncoding = 'utf-8';
  const sheets: Sheet[] = [];
  for await (const event of streamSheets(source, options)) {
    if (event.type === 'file') ({ kind, encoding } = event);
    else if (event.type === 'sheet') sheets.push({ name: event.name, hidden: event.hidden, rows: [] });
    else for (const row of event.rows) sheets.at(-1)?.rows.push(row);
  }
  return { kind, encoding, sheets };
}

async function* events(worker: Worker, limits: SheetLimits): AsyncGenerator<SheetEvent> {
  const queue: ReaderMessage[] = [];
  let failure: Error | undefined;
  let wake: (() => void) | undefined;
  const stir = (): void => wake?.();
  worker.on('message', (message: ReaderMessage) => {
    queue.push(message);
    stir();
  });
  worker.on('error', (error: Error & { code?: string }) => {
    const full =
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' || /Array buffer allocation failed/.test(error.message);
    failure ??= full ? new SheetError('sheet-too-many-cells', {}, { cause: error }) : error;
    stir();
  });
  worker.on('exit', () => {
    failure ??= new SheetError('sheet-damaged');
    stir();
  });
  let left = limits.milliseconds;
  for (;;) {
    const message = queue.shift();
    if (message?.type === 'end') return;
    if (message?.type === 'refused') throw new SheetError(message.code, message.params);
    if (message) {
      if (message.type === 'rows') worker.postMessage('more', []);
      yield message;
      continue;
    }
    if (failure) throw failure;
    const since = performance.now();
    await pause(left, (resume) => {
      wake = resume;
    });
    left -= performance.now() - since;
    if (left <= 0 && queue.length === 0) throw new SheetError('sheet-too-slow');
  }
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

let compiled: Promise<string> | undefined;

/**
 * Starts the reading thread. In the built server the bundler has put `read.worker.js` in the same place under dist as
 * its source has under server. Run from TypeScript (tests), Node 20 cannot load the source in a worker, so esbuild – a
 * development dependency, never needed in production – compiles it once in memory.
 */
async function startReader(task: ReaderTask): Promise<Worker> {
  const options = {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: task.limits.memoryMb, maxYoungGenerationSizeMb: 64 },
    stdout: false,
    stderr: false,
  };
  if (!import.meta.url.endsWith('.ts')) {
    return new Worker(new URL('./kernel/sheets/read.worker.js', import.meta.url), options);
  }
  compiled ??= compile(fileURLToPath(new URL('./read.worker.ts', import.meta.url)));
  return new Worker(await compiled, { ...options, eval: true });
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
