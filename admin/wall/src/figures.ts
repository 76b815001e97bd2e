import type { Texts } from './texts/texts.ts';

const whole = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 0 });
const oneDecimal = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 1 });
const money = new Intl.NumberFormat('zh-CN', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** A count with thousands separators. */
export const count = (value: number): string => whole.format(value);

/** Money from fen: whole yuan without decimals, else two; ¥1,234.50. */
export const yuan = (fen: number): string =>
  fen % 100 === 0 ? `¥${whole.format(fen / 100)}` : `¥${money.format(fen / 100)}`;

/** Money short enough for a column of the chart: 万 and 亿 in Chinese, k and M in English. */
export function shortYuan(fen: number, texts: Texts): string {
  const value = fen / 100;
  if (texts.tenThousand === '') {
    if (value >= 1_000_000) return `¥${oneDecimal.format(value / 1_000_000)}M`;
    return value >= 10_000 ? `¥${oneDecimal.format(value / 1000)}k` : `¥${whole.format(value)}`;
  }
  if (value >= 100_000_000) return `¥${oneDecimal.format(value / 100_000_000)}${texts.hundredMillion}`;
  return value >= 10_000
    ? `¥${oneDecimal.format(value / 10_000)}${texts.tenThousand}`
    : `¥${whole.format(value)}`;
}

/** A share in per cent, or null when there is nothing to divide by. One decimal below 10 %. */
export function percent(part: number, total: number): string | null {
  if (total <= 0) return null;
  const share = (part / total) * 100;
  return `${share < 10 ? oneDecimal.format(share) : whole.format(share)}%`;
}

/** Hours as one big figure and its unit. */
export function hoursFigure(hours: number, texts: Texts): { figure: string; unit: string } {
  if (hours < 1) return { figure: whole.format(Math.max(1, hours * 60)), unit: texts.minutesUnit };
  return { figure: oneDecimal.format(hours), unit: texts.hoursUnit };
}

const clockParts = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Shanghai',
  hour12: false,
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});

const partsOf = (at: Date): Record<string, string> =>
  Object.fromEntries(clockParts.formatToParts(at).map((part) => [part.type, part.value]));

/** Time of day in Shanghai, whatever zone the screen's computer is set to. */
export function timeOfDay(at: Date, seconds: boolean): string {
  const parts = partsOf(at);
  const time = `${parts.hour}:${parts.minute}`;
  return seconds ? `${time}:${parts.second}` : time;
}

/** 11月21日 (周六), in Shanghai. */
export function dayOf(at: Date, texts: Texts): string {
  const parts = partsOf(at);
  const [year, month, day] = [Number(parts.year), Number(parts.month), Number(parts.day)];
  const weekday = new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  return texts.day(month, day, texts.weekdays[weekday] ?? '');
}
