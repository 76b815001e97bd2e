import { writeFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { SheetError } from './errors.ts';
import type { SheetErrorCode, SheetErrorParams } from './errors.ts';
import { megabytes, readBytes } from './read-bytes.ts';
import type { SheetEvent } from './read-bytes.ts';
import type { SheetLimits } from './rows.ts';

export type SheetSource = { path: string } | { bytes: Uint8Array };

export interface ReaderTask {
  source: SheetSource;
  limits: SheetLimits;
}

/** What a reader tells. Of `rows` it sends no more than was asked for. */
export interface ReaderEvent {
  type: string;
}

/** How it ends; `broken` is a fault of ours, not of the file. */
export type ReaderEnding =
  | { type: 'end' }
  | { type: 'refused'; code: SheetErrorCode; params: SheetErrorParams }
  | { type: 'broken'; stack: string };

export type ReaderMessage<Event> = { event: Event } | { ending: ReaderEnding };

/** Batches that may be on their way before the other side asks for more: one in hand, one in the post. */
const ahead = 2;
let credit = ahead;
let wake: (() => void) | undefined;

const say = (message: ReaderMessage<ReaderEvent>): void => void process.send?.(message);
const end = (ending: ReaderEnding): void => say({ ending });

/**
 * What the entry of a reading process does: takes the one task that comes over the channel, and tells what `work` makes of
 * it. See `startReader`, the other side.
 */
export function serveReader<Task extends ReaderTask>(work: (task: Task) => AsyncIterable<ReaderEvent>): void {
  if (!process.send) throw new Error('a reader is started by reader-process.ts, with a channel');
  standBack();
  process.once('message', (task) => {
    process.on('message', () => {
      credit += 1;
      wake?.();
    });
    void run(work, task as Task);
  });
  process.on('uncaughtException', tell);
  // The server ended, or nobody wants the rest. Until then it stays: who has heard everything ends it.
  process.on('disconnect', () => process.exit());
  // Ctrl-C and a stopping system signal every process at once; the server lets its requests finish first.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
}

/** The events of the task's file. */
export async function* readSource({ source, limits }: ReaderTask): AsyncGenerator<SheetEvent> {
  yield* readBytes(await load(source, limits), limits);
}

async function run<Task extends ReaderTask>(
  work: (task: Task) => AsyncIterable<ReaderEvent>,
  task: Task,
): Promise<void> {
  try {
    watchLimits(task.limits);
    for await (const event of work(task)) {
      if (credit === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (event.type === 'rows') credit -= 1;
      say({ event });
    }
    end({ type: 'end' });
  } catch (error) {
    tell(error);
  }
}

function tell(error: unknown): void {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof SheetError) end({ type: 'refused', code: error.code, params: error.params });
  else if (/Array buffer allocation failed|Invalid string length/.test(message))
    refuse('sheet-too-many-cells');
  else end({ type: 'broken', stack: stack ?? message });
}

const refuse = (code: SheetErrorCode): void => end({ type: 'refused', code, params: {} });

/**
 * V8's own limit counts only its heap; buffers lie outside of it. Time is the processor's: on a busy machine a sound file
 * takes long too. What hangs without coming back here is ended by the other side.
 */
function watchLimits({ residentMb, milliseconds }: SheetLimits): void {
  const look = (): void => {
    if (process.memoryUsage.rss() > residentMb * 1024 * 1024) refuse('sheet-too-many-cells');
    const { user, system } = process.cpuUsage();
    if (user + system > milliseconds * 1000) refuse('sheet-too-slow');
  };
  look();
  setInterval(look, 100);
}

async function load(source: SheetSource, limits: SheetLimits): Promise<Buffer> {
  if ('bytes' in source)
    return Buffer.from(source.bytes.buffer, source.bytes.byteOffset, source.bytes.byteLength);
  const { size } = await stat(source.path);
  if (size > limits.packedBytes) throw new SheetError('sheet-too-large', { limit: megabytes(limits) });
  return readFile(source.path);
}

/** Should the machine run out of memory, Linux is to end this process first, and not the server or its database. */
function standBack(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000');
  } catch {
    // Another system, or one that does not let us.
  }
}
