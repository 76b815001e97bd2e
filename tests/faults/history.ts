import type { Text } from './gateway.ts';

/**
 * What became of something a person asked for, as far as that person can know. `unknown`: she was told to try again, or
 * heard nothing; it happened once or not at all.
 */
export type Outcome = 'acknowledged' | 'refused' | 'unknown';

export interface Operation {
  kind: 'deposit' | 'upload' | 'submit' | 'decide' | 'batch' | 'release' | 'send' | 'return' | 'code';
  /** The idempotency key; what has none carries one of its own here. */
  key: string;
  /** The row it is about: note of a deposit, id of a file, a case or a batch, batch and hash of a return file, a phone. */
  subject: string;
  amountFen: number;
  outcome: Outcome;
  /** Each answer that acknowledged it, as text; all are the same. */
  replies: string[];
  /** Refusals on the way, in order; 'lost' where no answer came. */
  told: string[];
}

/** Kept in this process, which no nemesis touches. */
export class History {
  readonly operations: Operation[] = [];
  /** What phones have received. */
  texts: readonly Text[] = [];
  /** Batches of which every result has been acknowledged. */
  readonly returned = new Set<string>();

  begin(kind: Operation['kind'], key: string, subject: string, amountFen = 0): Operation {
    const operation: Operation = { kind, key, subject, amountFen, outcome: 'unknown', replies: [], told: [] };
    this.operations.push(operation);
    return operation;
  }

  count(outcome: Outcome): number {
    return this.operations.filter((one) => one.outcome === outcome).length;
  }

  of(kind: Operation['kind']): Operation[] {
    return this.operations.filter((one) => one.kind === kind);
  }
}
