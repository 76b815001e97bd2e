import type { IsoDate } from './dates.ts';

/** A value in force from a day on, until the next row begins. `basis` names the decision that set it. */
export type Dated<Value> = Value & { from: IsoDate; basis?: string };

/**
 * The row in force on `date`: the latest whose `from` is not after it.
 * @returns null before the first row begins.
 */
export function valueOn<Row extends { from: IsoDate }>(rows: readonly Row[], date: IsoDate): Row | null {
  let found: Row | null = null;
  for (const row of rows) {
    if (row.from <= date && (found === null || row.from > found.from)) found = row;
  }
  return found;
}
