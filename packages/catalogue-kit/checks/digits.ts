/**
 * What people type around a number: full-width digits and letters become half-width, and every kind of blank, including
 * invisible ones that come along when copying from a web page, is dropped. Letters become capitals.
 */
export function compact(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[\s\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g, '')
    .toUpperCase();
}

/** A real day of the Gregorian calendar, from numbers. */
export function isRealDay(year: number, month: number, day: number): boolean {
  if (!Number.isInteger(year) || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
