import { readFile, stat } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
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

export type ReaderMessage =
  SheetEvent | { type: 'end' } | { type: 'refused'; code: SheetErrorCode; params: SheetErrorParams };

/** Batches that may be on their way before the other side asks for more: one in hand, one in the post. */
const ahead = 2;

async function run(task: ReaderTask): Promise<void> {
  const port = parentPort;
  if (!port) throw new Error('read.worker is a worker entry and cannot be imported');
  let credit = ahead;
  let wake: (() => void) | undefined;
  port.on('message', () => {
    credit += 1;
    wake?.();
  });
  try {
    for await (const event of readBytes(await load(task), task.limits)) {
      if (credit === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (event.type === 'rows') credit -= 1;
      port.postMessage(event satisfies ReaderMessage);
    }
    port.postMessage({ type: 'end' } satisfies ReaderMessage);
  } catch (error) {
    if (!(error instanceof SheetError)) throw error;
    port.postMessage({ type: 'refused', code: error.code, params: error.params } satisfies ReaderMessage);
  } finally {
    port.close();
  }
}

async function load({ source, limits }: ReaderTask): Promise<Buffer> {
  if ('bytes' in source)
    return Buffer.from(source.bytes.buffer, source.bytes.byteOffset, source.bytes.byteLength);
  const { size } = await stat(source.path);
  if (size > limits.packedBytes) throw new SheetError('sheet-too-large', { limit: megabytes(limits) });
  return readFile(source.path);
}

void run(workerData as ReaderTask);
