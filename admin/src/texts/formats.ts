import type { Locale } from './texts.ts';

const weekdaysZh = ['周日', '周一', '周二', '周三', '周四', '周五', '周六'];
const zone = 'Asia/Shanghai';

/** Parts of an instant on a Chinese clock, whatever the zone of the machine that shows it. */
const partsAt = (instant: string | number | Date) => {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  }).formatToParts(new Date(instant));
  const of = (type: string): string => parts.find((part) => part.type === type)?.value ?? '';
  return { on: `${of('year')}-${of('month')}-${of('day')}`, time: `${of('hour')}:${of('minute')}` };
};

/** Today in China as 'YYYY-MM-DD'. Only for showing "today"; every rule about dates is the server's. */
export const todayOn = (now: Date = new Date()): string => partsAt(now).on;

/** '2026-11-24' → 「11月24日 (周二)」; with the year when it is not this one. */
export const formatDate = (on: string, locale: Locale, now: Date = new Date()): string => {
  const [year = '', month = '', day = ''] = on.slice(0, 10).split('-');
  const weekday = new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDay();
  const sameYear = todayOn(now).startsWith(year);
  if (Number.isNaN(weekday)) return on;
  if (locale === 'en') {
    return new Intl.DateTimeFormat('en-GB', {
      timeZone: 'UTC',
      weekday: 'short',
      day: 'numeric',
      month: 'short',
      ...(sameYear ? {} : { year: 'numeric' }),
    }).format(new Date(`${year}-${month}-${day}T00:00:00Z`));
  }
  const date = `${Number(month)}月${Number(day)}日 (${weekdaysZh[weekday]})`;
  return sameYear ? date : `${year}年${date}`;
};

/** '2026-11-24' → 「2026年11月24日」 – for columns of old dates, where the weekday only makes noise. */
export const formatPlainDate = (on: string, locale: Locale): string => {
  const [year = '', month = '', day = ''] = on.slice(0, 10).split('-');
  return locale === 'en' ? `${year}-${month}-${day}` : `${year}年${Number(month)}月${Number(day)}日`;
};

/** An instant as 「11月24日 (周二) 09:05」 on a Chinese clock. */
export const formatInstant = (at: string, locale: Locale, now: Date = new Date()): string => {
  const { on, time } = partsAt(at);
  return `${formatDate(on, locale, now)} ${time}`;
};

/** Fen → 「¥1,234.50」; a negative amount keeps its sign before the mark. */
export const formatMoney = (fen: number): string => {
  const yuan = new Intl.NumberFormat('zh-CN', { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(
    Math.abs(fen) / 100,
  );
  return `${fen < 0 ? '−' : ''}¥${yuan}`;
};

/** 12345 → 「12,345」 */
export const formatCount = (count: number): string => new Intl.NumberFormat('zh-CN').format(count);

/** Hours → 「1天3小时」 / “1 d 3 h”; under one hour in minutes. */
export const formatHours = (hours: number, locale: Locale): string => {
  const [day, hour, minute] = locale === 'en' ? [' d ', ' h ', ' min'] : ['天', '小时', '分钟'];
  if (hours < 1) return `${Math.max(1, Math.round(hours * 60))}${minute}`;
  const whole = Math.round(hours);
  const days = Math.floor(whole / 24);
  const rest = whole % 24;
  return `${days > 0 ? `${days}${day}` : ''}${rest > 0 || days === 0 ? `${rest}${hour}` : ''}`.trim();
};
