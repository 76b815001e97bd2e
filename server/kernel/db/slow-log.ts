/** On whose behalf a transaction runs; both are said when one of its statements is slow. */
export interface Cause {
  requestId: string;
  /** The route's name in the contract, or the job's. */
  route: string;
}

export interface SlowStatement extends Partial<Cause> {
  /** As it was prepared: with $1 where the values go. */
  statement: string;
  ms: number;
}

export interface SlowLog {
  /** Told when a statement took at least this long from being sent to its answer. */
  millis: number;
  tell(slow: SlowStatement): void;
}

const longest = 2000;

/**
 * Tells of a statement that took too long. What the server waited for on the same connection counts: a statement sent
 * behind a slow one is slow, too.
 */
export function noteSlow(
  line: { slowLog: SlowLog | null; cause: Cause | null },
  statement: string,
  sentAt: number,
): void {
  const { slowLog, cause } = line;
  if (!slowLog) return;
  const ms = performance.now() - sentAt;
  if (ms < slowLog.millis) return;
  slowLog.tell({ statement: statement.replace(/\s+/g, ' ').slice(0, longest), ms: Math.round(ms), ...cause });
}
