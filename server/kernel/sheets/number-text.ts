/** Built-in date formats, including those Excel uses in Chinese (ECMA-376 part 1, 18.8.30). */
const builtInDates = new Set([14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58]);
const builtInTimes = new Set([18, 19, 20, 21, 32, 33, 34, 35, 45, 46, 47, 55, 56]);

export type NumberShape = { date: true } | { time: true } | { pad: number } | undefined;

/** What a number format makes of a number: a date, a time of day, leading zeros (format `000`), or nothing special. */
export function shapeOf(formatId: number, code: string | undefined): NumberShape {
  if (code === undefined) {
    if (builtInDates.has(formatId)) return { date: true };
    if (builtInTimes.has(formatId)) return { time: true };
    return undefined;
  }
  const bare = code
    .replace(/"[^"]*"/g, (quoted) => (/[年月日]/.test(quoted) ? quoted : ''))
    .replace(/\\./g, (escaped) => (/[年月日]/.test(escaped) ? escaped : ''))
    .replace(/\[[^\][]*\]/g, (part) => (/^\[[hms]+\]$/i.test(part) ? part : ''))
    .split(';')[0]!;
  if (/^0+$/.test(bare)) return bare.length > 1 ? { pad: bare.length } : undefined;
  if (/[yd年]/i.test(bare) || /m[^m]*月/i.test(bare)) return { date: true };
  if (/[hs]/i.test(bare)) return { time: true };
  return undefined;
}

/**
 * Excel's day number as a date and, when it has a fraction, a time. The 1900 system counts a 29 February 1900 that never
 * was, so days before 61 are one off (ECMA-376 part 1, 18.17.4.1). Undefined when Excel itself would show #####.
 */
export function dateOfSerial(serial: number, since1904: boolean): { on: string; time?: string } | undefined {
  const last = since1904 ? 2_957_003 : 2_958_465;
  if (!Number.isFinite(serial) || serial < 0 || serial >= last + 1) return undefined;
  let seconds = Math.round((serial % 1) * 86_400);
  let day = Math.floor(serial);
  if (seconds === 86_400) {
    seconds = 0;
    day += 1;
  }
  const origin = since1904 ? Date.UTC(1904, 0, 1) : Date.UTC(1899, 11, day < 60 ? 31 : 30);
  const on = new Date(origin + day * 86_400_000).toISOString().slice(0, 10);
  return seconds === 0 ? { on } : { on, time: timeText(seconds) };
}

/** The time of day of a day fraction, HH:MM:SS. */
export function timeOfSerial(serial: number): string {
  return timeText(Math.round((serial % 1) * 86_400) % 86_400);
}

function timeText(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

/**
 * A stored number as a person would type it: no exponent, 15 significant digits at most. Some writers store long
 * digits in full; those are kept as they stand, since an ID number is worth more than Excel's rounding.
 */
export function numberText(raw: string): { text: string; imprecise: boolean } {
  const plain = raw.trim();
  if (/^-?\d+$/.test(plain)) {
    return { text: plain, imprecise: plain.length > 15 && plain.endsWith('000') };
  }
  const value = Number(plain);
  if (plain === '' || !Number.isFinite(value)) return { text: plain, imprecise: false };
  if (Number.isInteger(value)) {
    return { text: BigInt(value).toString(), imprecise: Math.abs(value) > 999_999_999_999_999 };
  }
  const rounded = String(Number(value.toPrecision(15)));
  return {
    text: rounded.includes('e') ? value.toFixed(15).replace(/0{1,15}$/, '') : rounded,
    imprecise: false,
  };
}
