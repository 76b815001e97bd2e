import { collectSheets, type SheetFile } from './collect-sheets.ts';
import type { SheetEvent } from './read-bytes.ts';
import { defaultLimits } from './rows.ts';
import type { SheetLimits } from './rows.ts';
import type { SheetSource } from './serve-reader.ts';
import { streamReader } from './stream-reader.ts';

/**
 * Reads an .xlsx or CSV file in a process of its own, event by event; rows come in batches and the process waits for the
 * consumer. `bytes` are copied, `path` is opened by the process. Throws SheetError for anything wrong with the file,
 * including when the process runs out of time (consumer's time not counted) or memory.
 */
export function streamSheets(
  source: SheetSource,
  options: { limits?: Partial<SheetLimits> } = {},
): AsyncGenerator<SheetEvent> {
  return streamReader('kernel/sheets/read', { source, limits: { ...defaultLimits, ...options.limits } });
}

/** Reads a whole file; see `streamSheets`. For small files whose rows are needed together. */
export function readSheets(
  source: SheetSource,
  options: { limits?: Partial<SheetLimits> } = {},
): Promise<SheetFile> {
  return collectSheets(streamSheets(source, options));
}
