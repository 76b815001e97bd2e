import { getSettings } from './settings.ts';

const ZONE_OFFSET_MS = 8 * 3_600_000;
const WEEKDAYS_ZH = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'];
const WEEKDAYS_EN = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS_EN = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const english = () => getSettings().language === 'en';

/** The day of an instant in Asia/Shanghai, whatever zone the phone is set to. China has had no summer time since 1991. */
export function dayOf(instant: string | number): string {
  return new Date(new Date(instant).getTime() + ZONE_OFFSET_MS).toISOString().slice(0, 10);
}

export function today(): string {
  return dayOf(Date.now());
}

/** `2026-11-24` as 11月24日 (周二), with the year when it is not this one. */
export function dateText(on: string): string {
  const [year = 0, month = 1, day = 1] = on.split('-').map(Number);
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  const thisYear = on.slice(0, 4) === today().slice(0, 4);
  if (english()) return `${WEEKDAYS_EN[weekday]} ${day} ${MONTHS_EN[month - 1]}${thisYear ? '' : ` ${year}`}`;
  return `${thisYear ? '' : `${year}年`}${month}月${day}日 (${WEEKDAYS_ZH[weekday]})`;
}

/** `2019-03-04` as 2019年3月4日. */
export function longDateText(on: string): string {
  const [year = 0, month = 1, day = 1] = on.split('-').map(Number);
  return english() ? `${day} ${MONTHS_EN[month - 1]} ${year}` : `${year}年${month}月${day}日`;
}

/** An instant as day and time in Asia/Shanghai. */
export function timeText(instant: string): string {
  const local = new Date(new Date(instant).getTime() + ZONE_OFFSET_MS).toISOString();
  return `${dateText(local.slice(0, 10))} ${local.slice(11, 16)}`;
}

/** Fen as ¥1,234.50. */
export function moneyText(fen: number): string {
  const sign = fen < 0 ? '-' : '';
  const yuan = Math.floor(Math.abs(fen) / 100);
  const rest = String(Math.abs(fen) % 100).padStart(2, '0');
  return `${sign}¥${String(yuan).replace(/\B(?=(?:\d{3}){1,6}$)/g, ',')}.${rest}`;
}

/** Hours in words: 1天3小时, 40分钟. */
export function durationText(hours: number): string {
  const minutes = Math.max(1, Math.round(hours * 60));
  const [days, wholeHours] = [Math.floor(minutes / 1440), Math.floor((minutes % 1440) / 60)];
  if (english()) {
    if (days) return `${days} d${wholeHours ? ` ${wholeHours} h` : ''}`;
    return wholeHours ? `${wholeHours} h` : `${minutes} min`;
  }
  if (days) return `${days}天${wholeHours ? `${wholeHours}小时` : ''}`;
  return wholeHours ? `${wholeHours}小时` : `${minutes}分钟`;
}

/** How long since a day, in years and months: 3 年 2 个月. */
export function sinceText(on: string, until = today()): string {
  const [y1 = 0, m1 = 1, d1 = 1] = on.split('-').map(Number);
  const [y2 = 0, m2 = 1, d2 = 1] = until.split('-').map(Number);
  const months = Math.max(0, (y2 - y1) * 12 + (m2 - m1) - (d2 < d1 ? 1 : 0));
  const [years, rest] = [Math.floor(months / 12), months % 12];
  if (english())
    return [years ? `${years} yr` : '', rest || !years ? `${rest} mo` : ''].filter(Boolean).join(' ');
  if (!years) return rest ? `${rest} 个月` : '不满 1 个月';
  return rest ? `${years} 年 ${rest} 个月` : `${years} 年`;
}

/** Bytes as a person reads them. */
export function sizeText(bytes: number): string {
  return bytes < 1_048_576
    ? `${Math.max(1, Math.round(bytes / 1024))} KB`
    : `${(bytes / 1_048_576).toFixed(1)} MB`;
}

/** A card number in groups of four, as it stands on the card. */
export function groupedByFour(digits: string): string {
  return digits.replace(/\s/g, '').replace(/(.{4})(?=.)/g, '$1 ');
}

/** Words one after another. */
export const listText = (words: string[]): string => words.join(english() ? ', ' : '、');

/** A label and what it says. */
export const saidText = (label: string, words: string): string =>
  `${label}${english() ? ': ' : '：'}${words}`;

/** A remark beside a word. */
export const asideText = (words: string): string => (english() ? ` (${words})` : `（${words}）`);
