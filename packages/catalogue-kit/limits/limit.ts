import type { IsoDate } from '../dates.ts';
import { addMonths, countEn, dateEn, dateZh, isIsoDate } from '../dates.ts';
import type { Facts, Use } from '../facts.ts';
import type { Verdict } from '../rules/rule.ts';

/** How long one count runs. */
export type LimitPeriod = 'calendar-year' | 'calendar-month' | 'lifetime';

/** At most so many times per person and period. */
export type Limit = {
  times: number;
  per: LimitPeriod;
  /** The date that decides the period: the day of submission, or the id of a date field of the form. */
  countedBy: 'submittedOn' | (string & {});
};

/** One period of a limit. Dates included; null where a lifetime has none. */
export type Period = { key: string; startsOn: IsoDate | null; nextStartsOn: IsoDate | null };

/** How much of a limit is used. */
export type LimitState = { used: number; allowed: number; period: Period };

const PERIOD_ZH: Record<LimitPeriod, string> = {
  'calendar-year': '年',
  'calendar-month': '月',
  lifetime: '',
};

/**
 * The period a date falls in. Its key goes into the row that reserves a use, so that the database can refuse one
 * too many: `2026`, `2026-11`, `lifetime`.
 */
export function periodOf(per: LimitPeriod, date: IsoDate): Period {
  if (per === 'lifetime') return { key: 'lifetime', startsOn: null, nextStartsOn: null };
  const key = date.slice(0, per === 'calendar-year' ? 4 : 7);
  const startsOn = per === 'calendar-year' ? `${key}-01-01` : `${key}-01`;
  return { key, startsOn, nextStartsOn: addMonths(startsOn, per === 'calendar-year' ? 12 : 1) };
}

/** The date that decides the period: today when counted by submission or while its field is still empty. */
export function countedOn(limit: Limit, facts: Pick<Facts, 'today' | 'answers'>): IsoDate {
  const answer = limit.countedBy === 'submittedOn' ? undefined : facts.answers?.[limit.countedBy];
  return isIsoDate(answer) ? answer : facts.today;
}

/** Counts the uses of the period this claim would fall in. */
export function limitState(limit: Limit, facts: Facts): LimitState {
  const period = periodOf(limit.per, countedOn(limit, facts));
  const used = usesIn(period, facts.uses).length;
  return { used, allowed: limit.times, period };
}

/** Whether one more is allowed, and if not, from when. */
export function judgeLimit(limit: Limit, facts: Facts): Verdict {
  const { used, allowed, period } = limitState(limit, facts);
  const pending = usesIn(period, facts.uses).filter((use) => use.pending).length;
  const ok = used < allowed;
  const when = periodNames(limit, period, facts.today);
  const counted = `${when.zh}${countsZh(used - pending, pending)}（上限 ${allowed} 次）`;
  const countedEn = `${countsEn(used - pending, pending)} ${when.en} (limit ${allowed})`;
  const datum = `${used}/${allowed}`;
  if (ok) return { ok, reason: counted, reasonEn: countedEn, datum };
  const next = nextOpening(limit, period, facts);
  if (next === null) return { ok, reason: counted, reasonEn: countedEn, datum };
  return {
    ok,
    reason: `${counted}，${dateZh(next)} 起可再申请`,
    reasonEn: `${countedEn}; you can apply again from ${dateEn(next)}`,
    datum,
    from: next,
  };
}

function usesIn(period: Period, uses: readonly Use[]): Use[] {
  return uses.filter((use) => use.period === period.key);
}

/** Waiting helps only where the day of submission is counted: a stay of last year stays in last year. */
function nextOpening(limit: Limit, period: Period, facts: Facts): IsoDate | null {
  if (limit.countedBy !== 'submittedOn' && facts.answers?.[limit.countedBy] !== undefined) return null;
  let next = limit.times > 0 ? period.nextStartsOn : null;
  while (next !== null) {
    const following = periodOf(limit.per, next);
    if (usesIn(following, facts.uses).length < limit.times) return next;
    next = following.nextStartsOn;
  }
  return null;
}

function periodNames(limit: Limit, period: Period, today: IsoDate): { zh: string; en: string } {
  if (limit.per === 'lifetime') return { zh: '', en: 'in all' };
  const current = periodOf(limit.per, today).key === period.key;
  const [year, month] = period.key.split('-');
  if (limit.per === 'calendar-year') {
    return current ? { zh: '今年', en: 'this year' } : { zh: `${year}年`, en: `in ${year}` };
  }
  return current
    ? { zh: '本月', en: 'this month' }
    : { zh: `${year}年${Number(month)}月`, en: `in ${period.key}` };
}

function countsZh(done: number, pending: number): string {
  if (done === 0 && pending === 0) return '还没有领取';
  if (pending === 0) return `已领取 ${done} 次`;
  return done === 0 ? `有 ${pending} 次正在办理` : `已领取 ${done} 次、${pending} 次正在办理`;
}

function countsEn(done: number, pending: number): string {
  if (pending === 0) return done === 0 ? 'Not received yet' : `Received ${countEn(done, 'time')}`;
  return done === 0 ? `${pending} in progress` : `Received ${countEn(done, 'time')}, ${pending} in progress`;
}

/** The rule in words, for the page that explains the item: `每人每年最多 2 次`. */
export function limitText(limit: Limit): { zh: string; en: string } {
  const unit = PERIOD_ZH[limit.per];
  return {
    zh: unit === '' ? `每人最多 ${limit.times} 次` : `每人每${unit}最多 ${limit.times} 次`,
    en:
      limit.per === 'lifetime'
        ? `At most ${countEn(limit.times, 'time')} per person`
        : `At most ${countEn(limit.times, 'time')} per person and ${limit.per === 'calendar-year' ? 'calendar year' : 'month'}`,
  };
}
