import type pg from 'pg';

interface Queue {
  /** In the order of asking, which is the order in which the pool serves them. */
  places: Set<{ since: number }>;
  servedAt: number;
  /** Milliseconds from one who had to wait being served to the next, lately. */
  interval: number;
}

const queues = new WeakMap<pg.Pool, Queue>();

/** A connection of the pool, with a note of how long one waits for it. */
export async function connectInTurn(pool: pg.Pool): Promise<pg.PoolClient> {
  let queue = queues.get(pool);
  if (!queue) queues.set(pool, (queue = { places: new Set(), servedAt: 0, interval: 0 }));
  const place = { since: performance.now() };
  queue.places.add(place);
  try {
    return await pool.connect();
  } finally {
    queue.places.delete(place);
    const now = performance.now();
    // Only from one who waited to the next who waited: the time in which nobody came says nothing of how long one takes.
    if (place.since < queue.servedAt) queue.interval += (now - queue.servedAt - queue.interval) / 20;
    queue.servedAt = now;
  }
}

/**
 * How long one who asked now would wait for a connection, in milliseconds: as long as the queue takes at the pace of late,
 * and no less than its first has waited already, for a database that stands still has no pace.
 */
export function waitOf(pool: pg.Pool): number {
  const queue = queues.get(pool);
  if (!queue) return 0;
  for (const { since } of queue.places)
    return Math.max(performance.now() - since, queue.places.size * queue.interval);
  return 0;
}
