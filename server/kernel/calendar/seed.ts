import { createRequire } from 'node:module';
import type { Ctx } from '../context.ts';
import { forgetCalendars, type DayKind } from './table.ts';

/** Date to 'English name,中文名,days'. */
type Days = Record<string, string>;

// The package's tables, not its functions: those shift every day by one west of Greenwich (tried in America/New_York).
const require = createRequire(import.meta.url);
const published = require('chinese-days/dist/chinese-days.json') as {
  holidays: Days;
  workdays: Days;
};

/** Years whose notice of the State Council is published and checked; the rest is entered by the administrator. */
export const seededYears = [2024, 2025, 2026] as const;

export interface SeedDay {
  on_date: string;
  kind: DayKind;
  name: string;
  source: string;
}

function daysOf(days: Days, kind: DayKind): SeedDay[] {
  return Object.entries(days).flatMap(([day, text]) => {
    const year = Number(day.slice(0, 4));
    if (!seededYears.some((seeded) => seeded === year)) return [];
    const name = text.split(',')[1] ?? '';
    const source = `国务院办公厅关于${year}年部分节假日安排的通知（按 chinese-days 1.5.7 录入）`;
    return [{ on_date: day, kind, name: kind === 'make-up' ? `${name}调休上班` : name, source }];
  });
}

export const seedDays = (): SeedDay[] => [
  ...daysOf(published.holidays, 'holiday'),
  ...daysOf(published.workdays, 'make-up'),
];

/** Fills a new federation's calendar. Days already there, perhaps corrected by hand, stay as they are. */
export async function seedCalendar(ctx: Ctx): Promise<void> {
  await ctx.db
    .insertInto('calendar_day')
    .values(seedDays())
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  forgetCalendars(ctx);
}
