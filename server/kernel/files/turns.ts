import { DomainError } from '../errors.ts';

/**
 * Lets at most `atOnce` pieces of heavy work run and at most `waiting` wait; whoever comes then is told to come again,
 * which a resumable upload does by itself.
 */
export function createTurns(atOnce: number, waiting: number) {
  let running = 0;
  const queue: (() => void)[] = [];
  return async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running >= atOnce) {
      if (queue.length >= waiting) throw new DomainError('database-unavailable');
      await new Promise<void>((resolve) => queue.push(resolve));
    } else running += 1;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      if (next) next();
      else running -= 1;
    }
  };
}
