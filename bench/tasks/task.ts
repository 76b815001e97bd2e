import type { Work } from '../load.ts';
import type { Supply } from '../supply.ts';
import type { World } from '../world.ts';

export type ServerName = 'product' | 'bare';

/** Gives the next work; undefined when a round's share is used up. */
export type Next = () => Work | undefined;

export interface Task {
  name: string;
  title: string;
  /** Clients at once; 1 and 32 unless the work is heavy. */
  clients?: readonly number[];
  /** Works in a round of so many clients, for what can be done only once. Without it a round lasts its time. */
  counts?: (clients: number, full: boolean) => number;
  /** Makes ready what a round uses up; not timed. */
  round(server: ServerName, count: number): Next | Promise<Next>;
}

export interface Given {
  world: World;
  supply: Supply;
}

/** A read that never is used up: the same requests in turn. */
export function reading(product: Work[], bare: Work[]): Task['round'] {
  let index = 0;
  return (server) => {
    const works = server === 'product' ? product : bare;
    return () => works[index++ % works.length];
  };
}

/** Each work once. */
export function eachOnce(works: readonly Work[]): Next {
  const left = [...works];
  return () => left.pop();
}
