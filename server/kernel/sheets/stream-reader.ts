import { SheetError } from './errors.ts';
import { megabytes } from './read-bytes.ts';
import { startReader, type Reader } from './reader-process.ts';
import type { ReaderEvent, ReaderTask } from './serve-reader.ts';

/** At most this many files are read at once; each may use `residentMb`, and the rest wait their turn. */
const readers = 2;
/** How much longer than its processor time a reader may take by the clock, where others use the processor too. */
const patience = 4;
let busy = 0;
const waiting: (() => void)[] = [];

/**
 * What the reader of that name makes of a file, event by event; `rows` come in batches, and the process waits for the
 * consumer. `entry` is the reader's place under server/, without `.worker.ts`. Throws SheetError for anything wrong with
 * the file, including when the process runs out of time (consumer's time not counted) or memory.
 */
export async function* streamReader<Event extends ReaderEvent, Task extends ReaderTask = ReaderTask>(
  entry: string,
  task: Task,
): AsyncGenerator<Event> {
  const { source, limits } = task;
  if ('bytes' in source && source.bytes.length > limits.packedBytes) {
    throw new SheetError('sheet-too-large', { limit: megabytes(limits) });
  }
  if (busy >= readers) await new Promise<void>((resolve) => waiting.push(resolve));
  else busy += 1;
  let reader: Reader<Event> | undefined;
  try {
    reader = await startReader<Event>(entry, task);
    yield* events(reader, limits.milliseconds * patience);
  } finally {
    await reader?.stop();
    const next = waiting.shift();
    if (next) next();
    else busy -= 1;
  }
}

async function* events<Event extends ReaderEvent>(
  reader: Reader<Event>,
  milliseconds: number,
): AsyncGenerator<Event> {
  let left = milliseconds;
  for (;;) {
    const since = performance.now();
    const message = await reader.next(left);
    left -= performance.now() - since;
    if (!message) throw new SheetError('sheet-too-slow');
    if ('ending' in message) {
      const { ending } = message;
      if (ending.type === 'refused') throw new SheetError(ending.code, ending.params);
      if (ending.type === 'broken') throw new Error(ending.stack);
      return;
    }
    if (message.event.type === 'rows') reader.more();
    yield message.event;
  }
}
