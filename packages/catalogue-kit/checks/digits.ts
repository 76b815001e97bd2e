const blanks = /[\s\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2069\uFEFF]/g;

/**
 * What people type around a number: full-width digits and letters become half-width, and every kind of blank, including
 * invisible ones that come along when copying from a web page, is dropped. The letters a to z become capitals.
 * Compacting again changes nothing.
 */
export function compact(text: string): string {
  // Put together only at the end: a sign that loses the blank before its accent, or its small letter, may be another one.
  return text
    .normalize('NFKD')
    .replace(blanks, '')
    .replace(/[a-z]+/g, (letters) => letters.toUpperCase())
    .normalize('NFC');
}

/** A real day of the Gregorian calendar, from numbers. */
export function isRealDay(year: number, month: number, day: number): boolean {
  if (!Number.isInteger(year) || month < 1 || month > 12 || day < 1) return false;
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}
