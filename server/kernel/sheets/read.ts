import { SheetError } from './errors.ts';
import type { SheetEvent } from './read-bytes.ts';
import type { SheetSource } from './read.worker.ts';
import { startReader, type Reader } from './reader-process.ts';
import { defaultLimits } from './rows.ts';
import type { Sheet, SheetEncoding, SheetKind, SheetLimits } from './rows.ts';

export type { SheetSource } from './read.worker.ts';

/** At most this many files are read at once; each may use `residentMb`, and the rest wait their turn. */
const readers = 2;
let busy = 0;
const waiting: (() => void)[] = [];

/**
 * Reads an .xlsx or CSV file in a process of its own, event by event; rows come in batches and the process waits for the
 * consumer. `bytes` are copied, `path` is opened by the process. Throws SheetError for anything wrong with the file,
 * including when the process runs out of time (consumer's time not counted) or memory.
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
  let reader: Reader | undefined;
  try {
    reader = await startReader({ source, limits });
    yield* events(reader, limits);
  } finally {
    await reader?.stop();
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

async function* events(reader: Reader, limits: SheetLimits): AsyncGenerator<SheetEvent> {
  let left = limits.milliseconds;
  for (;;) {
    const since = performance.now();
    const message = await reader.next(left);
    left -= performance.now() - since;
    if (!message) throw new SheetError('sheet-too-slow');
    if (message.type === 'end') return;
    if (message.type === 'refused') throw new SheetError(message.code, message.params);
    if (message.type === 'broken') throw new Error(message.stack);
    if (message.type === 'rows') reader.more();
    yield message;
  }
}
