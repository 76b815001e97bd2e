import type pg from 'pg';

interface Place {
  since: number;
}

interface Queue {
  /** Calls that have been let in and will ask for a connection, in the order of coming. */
  coming: Set<Place>;
  /** In the order of asking, which is the order in which the pool serves them. */
  asking: Set<Place>;
  servedAt: number;
  /** Milliseconds from one who had to wait being served to the next, lately; towards 0 while nobody has to wait. */
  interval: number;
}

const queues = new WeakMap<pg.Pool, Queue>();

function queueOf(pool: pg.Pool): Queue {
  let queue = queues.get(pool);
  if (!queue) queues.set(pool, (queue = { coming: new Set(), asking: new Set(), servedAt: 0, interval: 0 }));
  return queue;
}

/**
 * Counts a call that will ask for a connection, until what is returned is called: while one session is read anew, hundreds
 * may wait for that, and all ask at once when it is there.
 */
export function comeInTurn(pool: pg.Pool): () => void {
  const { coming } = queueOf(pool);
  const place = { since: performance.now() };
  coming.add(place);
  return () => void coming.delete(place);
}

/** A connection of the pool, with a note of how long one waits for it. */
export async function connectInTurn(pool: pg.Pool): Promise<pg.PoolClient> {
  const queue = queueOf(pool);
  const place = { since: performance.now() };
  queue.asking.add(place);
  try {
    return await pool.connect();
  } finally {
    queue.asking.delete(place);
    const now = performance.now();
    // Only from one who waited to the next who waited: the time in which nobody came says nothing of how long one takes.
    if (place.since < queue.servedAt) queue.interval += (now - queue.servedAt - queue.interval) / 20;
    // Slowly forgotten, so that a crowd that comes back finds the pace it left.
    else queue.interval *= 0.99;
    queue.servedAt = now;
  }
}

const ageOf = (places: ReadonlySet<Place>, now: number): number => {
  for (const { since } of places) return now - since;
  return 0;
};

/**
 * How long one who came now would wait for a connection, in milliseconds: as long as those before take at the pace of late,
 * and no less than the first of them has waited already, for a database that stands still has no pace.
 */
export function waitOf(pool: pg.Pool): number {
  const { coming, asking, interval } = queueOf(pool);
  const before = coming.size + asking.size;
  if (before === 0) return 0;
  const now = performance.now();
  return Math.max(ageOf(coming, now), ageOf(asking, now), before * interval);
}
