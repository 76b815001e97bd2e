/** Rollup periods of an instant's day: all time, the year, the day. The day is Shanghai's. */
export const allTime = '';
export const yearOf = (day: string): string => day.slice(0, 4);

/** The last `count` days up to and with `today`, oldest first, as 'YYYY-MM-DD'. */
export function lastDays(today: string, count: number): string[] {
  const end = Date.parse(`${today}T00:00:00Z`);
  return Array.from({ length: count }, (_, index) =>
    new Date(end - (count - 1 - index) * 86_400_000).toISOString().slice(0, 10),
  );
}

/** A path with all its superiors, the root of the area line first: 'f.1.7' → ['f.1', 'f.1.7']. */
export function lineOf(path: string): string[] {
  const parts = path.split('.');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 2).join('.'));
}
