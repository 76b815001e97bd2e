/**
 * Calendar dates as text, without a clock and without a time zone. The phone page and the server must agree on
 * every date they show, and the mini-program has no Intl: so plain arithmetic on UTC days, nothing else.
 */

/** A calendar date, `YYYY-MM-DD`. */
export type IsoDate = string;

const ISO_DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const MS_PER_DAY = 86_400_000;

type Parts = { year: number; month: number; day: number };

function partsOf(date: IsoDate): Parts {
  const found = ISO_DATE.exec(date);
  if (!found) throw new RangeError(`not an ISO date: ${date}`);
  return { year: Number(found[1]), month: Number(found[2]), day: Number(found[3]) };
}

function fromParts(year: number, month: number, day: number): IsoDate {
  const date = new Date(0);
  // Date.UTC reads the years 0–99 as 1900–1999.
  date.setUTCFullYear(year, month - 1, day);
  return date.toISOString().slice(0, 10);
}

function dayNumber(date: IsoDate): number {
  const { year, month, day } = partsOf(date);
  return new Date(0).setUTCFullYear(year, month - 1, day) / MS_PER_DAY;
}

function daysInMonth(year: number, month: number): number {
  return partsOf(fromParts(year, month + 1, 0)).day;
}

/** Whether the text is a date that exists: `2026-02-30` is not. */
export function isIsoDate(text: unknown): text is IsoDate {
  if (typeof text !== 'string') return false;
  const found = ISO_DATE.exec(text);
  if (!found) return false;
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
}

/** The date `days` later (earlier when negative). */
export function addDays(date: IsoDate, days: number): IsoDate {
  const { year, month, day } = partsOf(date);
  return fromParts(year, month, day + days);
}

/** The same day `months` later, or the month's last day when it has no such day: 31 January + 1 → 28 February. */
export function addMonths(date: IsoDate, months: number): IsoDate {
  const { year, month, day } = partsOf(date);
  const first = partsOf(fromParts(year, month + months, 1));
  return fromParts(first.year, first.month, Math.min(day, daysInMonth(first.year, first.month)));
}

/** Whole days from one date to another; negative when the second is earlier. */
export function daysBetween(from: IsoDate, to: IsoDate): number {
  return dayNumber(to) - dayNumber(from);
}

/** Whole months from `from` to `to`, and the days left over. Both 0 when `to` is earlier. */
export function monthsBetween(from: IsoDate, to: IsoDate): { months: number; days: number } {
  if (to <= from) return { months: 0, days: 0 };
  const [a, b] = [partsOf(from), partsOf(to)];
  let months = (b.year - a.year) * 12 + b.month - a.month;
  if (addMonths(from, months) > to) months -= 1;
  return { months, days: daysBetween(addMonths(from, months), to) };
}

/** `2027年1月1日` */
export function dateZh(date: IsoDate): string {
  const { year, month, day } = partsOf(date);
  return `${year}年${month}月${day}日`;
}

const MONTHS_EN = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `1 January 2027` */
export function dateEn(date: IsoDate): string {
  const { year, month, day } = partsOf(date);
  return `${day} ${MONTHS_EN[month - 1] ?? month} ${year}`;
}

/** How long it has been, as people say it: `3 年 2 个月`, `4 个月零 3 天`, `12 天`. */
export function durationZh(from: IsoDate, to: IsoDate): string {
  const { months, days } = monthsBetween(from, to);
  const [years, rest] = [Math.floor(months / 12), months % 12];
  if (years > 0) return rest > 0 ? `${years} 年 ${rest} 个月` : `${years} 年`;
  if (rest > 0) return days > 0 ? `${rest} 个月零 ${days} 天` : `${rest} 个月`;
  return `${days} 天`;
}

/** The English of {@link durationZh}: `3 years 2 months`, `4 months 3 days`. */
export function durationEn(from: IsoDate, to: IsoDate): string {
  const { months, days } = monthsBetween(from, to);
  const [years, rest] = [Math.floor(months / 12), months % 12];
  if (years > 0)
    return rest > 0 ? `${countEn(years, 'year')} ${countEn(rest, 'month')}` : countEn(years, 'year');
  if (rest > 0)
    return days > 0 ? `${countEn(rest, 'month')} ${countEn(days, 'day')}` : countEn(rest, 'month');
  return countEn(days, 'day');
}

/** `1 day`, `2 days` */
export function countEn(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
