import type { Ctx } from '../context.ts';

/** What makes a day differ from its weekday: a weekday off, or a weekend day worked (调休). */
export type DayKind = 'holiday' | 'make-up';

/** Days that differ from the week, by 'YYYY-MM-DD'. Every other day follows the week: Monday to Friday are worked. */
export type Calendar = ReadonlyMap<string, DayKind>;

/** Other servers see an edit at the latest after this long; the one that made it, at once. */
const rememberMillis = 5000;
const remembered = new Map<string, { calendar: Promise<Calendar>; until: number }>();

/** The federation's calendar. Remembered for some seconds: every deadline asks for it, and it changes once a year. */
export function loadCalendar(ctx: Ctx): Promise<Calendar> {
  const key = `${ctx.config.dataDir} ${ctx.config.databaseUrl ?? ''} ${ctx.federation.id}`;
  const known = remembered.get(key);
  // Not ctx.now: a clock that stands still in a test must not keep an old calendar for ever.
  if (known && known.until > performance.now()) return known.calendar;
  const calendar = readCalendar(ctx);
  remembered.set(key, { calendar, until: performance.now() + rememberMillis });
  calendar.catch(() => remembered.delete(key));
  return calendar;
}

/** Forgets every calendar, now and when the edit is committed, so that no one remembers what was before. */
export function forgetCalendars(ctx: Ctx): void {
  remembered.clear();
  ctx.afterCommit(() => remembered.clear());
}

async function readCalendar(ctx: Ctx): Promise<Calendar> {
  const rows = await ctx.db.selectFrom('calendar_day').select(['on_date', 'kind']).execute();
  return new Map(rows.map((row) => [row.on_date, row.kind as DayKind]));
}
