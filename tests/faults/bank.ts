import { csvReturnFile, readReturnFile } from '../../server/modules/disbursements/return-file.ts';

/**
 * How the bank returns a batch. `twice`: the same file twice at once and once more. `parts`: in two files, after one that
 * broke off. `reordered`: the second of two files first. `mixed`: another batch gets this one's file first.
 */
export type BankManner = 'well' | 'twice' | 'parts' | 'reordered' | 'mixed';

/** Somebody else's bank. */
export interface Bank {
  manner: BankManner;
  /** Batches not returned well so far. */
  troubled: number;
}

/** A file to import, and the batch to import it to. */
export interface Delivery {
  batchId: string;
  content: Buffer;
  /** It must be refused, and leave nothing behind. */
  wrong?: true;
}

/** What is imported for a batch one step after the other; what stands in one step at the same moment. */
export function deliveriesOf(
  { manner }: Bank,
  whole: Buffer,
  batchId: string,
  anotherId: string | undefined,
  today: string,
): Delivery[][] {
  const all: Delivery = { batchId, content: whole };
  if (manner === 'well') return [[all]];
  if (manner === 'twice') return [[all, all], [all]];
  if (manner === 'mixed')
    return anotherId ? [[{ batchId: anotherId, content: whole, wrong: true }], [all]] : [[all]];
  const file = readReturnFile(whole);
  const middle = Math.ceil(file.rows.length / 2);
  const part = (number: number, rows: typeof file.rows): Delivery => ({
    batchId,
    content: csvReturnFile({ ...file, rows, number, last: number === file.number + 1 }, today),
  });
  const first = part(file.number, file.rows.slice(0, middle));
  const second = part(file.number + 1, file.rows.slice(middle));
  if (manner === 'reordered') return [[second], [first]];
  const broken = whole.subarray(0, whole.lastIndexOf('\r\n', whole.length - 3) + 2);
  return [[{ batchId, content: broken, wrong: true }], [first], [second]];
}
