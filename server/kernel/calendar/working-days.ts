import type { Calendar } from './table.ts';

const dayMillis = 86_400_000;

/** Plain arithmetic on UTC days: a date has no zone, so the machine's zone must not matter. */
function numberOf(day: string): number {
  const millis = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(millis)) throw new RangeError(`not a date: ${day}`);
  return millis / dayMillis;
}

const dayAt = (number: number) => new Date(number * dayMillis).toISOString().slice(0, 10);

// 1970-01-01 was a Thursday.
const isWeekend = (number: number) => ((((number + 4) % 7) + 7) % 7) % 6 === 0;

function isWorked(calendar: Calendar, number: number): boolean {
  const kind = calendar.get(dayAt(number));
  return kind ? kind === 'make-up' : !isWeekend(number);
}

/** Is `day` ('YYYY-MM-DD') worked? */
export const isWorkingDay = (calendar: Calendar, day: string) => isWorked(calendar, numberOf(day));

const farthest = 2000;

/**
 * The `count`-th working day after `day`, which itself does not count: a claim of Friday with two working days is due on
 * Tuesday. 0 is `day` itself, or the next working day when nobody works then.
 */
export function addWorkingDays(calendar: Calendar, day: string, count: number): string {
  if (!Number.isInteger(count) || count < 0 || count > farthest)
    throw new RangeError(`not a number of days: ${count}`);
  let number = numberOf(day);
  if (count === 0) while (!isWorked(calendar, number)) number += 1;
  for (let left = count; left > 0;) {
    number += 1;
    if (isWorked(calendar, number)) left -= 1;
  }
  return dayAt(number);
}

/** Working days after `from` up to and including `to`; negative when `to` is earlier. Undoes `addWorkingDays`. */
export function workingDaysBetween(calendar: Calendar, from: string, to: string): number {
  const [first, last] = [numberOf(from), numberOf(to)];
  if (last < first) return -workingDaysBetween(calendar, to, from);
  let count = 0;
  for (let number = first + 1; number <= last; number += 1) if (isWorked(calendar, number)) count += 1;
  return count;
}

/** The calendar year a day lies in, for "at most twice a year". */
export const yearOf = (day: string) => Number(dayAt(numberOf(day)).slice(0, 4));

/** The instant a day begins in Asia/Shanghai (UTC+8, no summer time since 1991). */
export const startOfDay = (day: string) => new Date(numberOf(day) * dayMillis - 8 * 3_600_000);
