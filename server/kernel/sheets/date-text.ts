import { isRealDay } from '@smart-union/catalogue-kit/checks/digits.ts';
import { dateOfSerial } from './number-text.ts';

/**
 * A date as people type it into lists – 2018-03-01, 2018.3.1, 2018/3/1, 2018年3月1日, 20180301, with or without a time behind,
 * full-width digits too – as 'YYYY-MM-DD'. Five digits are an Excel day number that lost its format. Undefined for anything
 * else, also for a month without a day and for a day that is not on the calendar.
 */
export function dateFromText(text: string): string | undefined {
  const plain = text
    .normalize('NFKC')
    .trim()
    .replace(/[ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?Z?$/, '')
    .replace(/\s/g, '');
  const match =
    /^(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})[日号]?$/.exec(plain) ?? /^(\d{4})(\d{2})(\d{2})$/.exec(plain);
  if (!match) return /^[1-6]\d{4}$/.test(plain) ? dateOfSerial(Number(plain), false)?.on : undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1900 || year > 2200 || !isRealDay(year, month, day)) return undefined;
  return `${match[1]}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
