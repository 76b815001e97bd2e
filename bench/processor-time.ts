import { readFileSync } from 'node:fs';
import type pg from 'pg';

/** Linux counts processor time in hundredths of a second. */
const tickMillis = 10;

/** User and system time a process and the children it has waited for have taken, ms; 0 when it has ended. */
export function takenBy(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) * tickMillis;
  } catch {
    return 0;
  }
}

/**
 * Reads how much processor time a server and the database's processes that serve it have taken. Beside requests per second
 * it is the figure that a busy machine cannot spoil. What a process of the database took before it ended is kept.
 */
export function processorTimeOf(pid: number, database: pg.Client) {
  const taken = new Map<number, number>();
  return async (): Promise<{ server: number; database: number }> => {
    const backends = await database.query<{ pid: number }>(
      'select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    for (const backend of backends.rows) taken.set(backend.pid, takenBy(backend.pid));
    const all = [...taken.values()].reduce((sum, millis) => sum + millis, 0);
    return { server: takenBy(pid), database: all };
  };
}

export type ProcessorTime = ReturnType<typeof processorTimeOf>;
