import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assert, date as anyDate, integer, property } from 'fast-check';
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import {
  addWorkingDays,
  isWorkingDay,
  startOfDay,
  workingDaysBetween,
  yearOf,
  type Calendar,
} from './calendar.ts';
import { seedDays } from './calendar/seed.ts';
import { dayOf } from './clock.ts';

const seeded: Calendar = new Map(seedDays().map((day) => [day.on_date, day.kind]));
const week: Calendar = new Map();

describe('working days', () => {
  it('follow the week where the table says nothing', () => {
    const worked = ['16', '17', '18', '19', '20', '21', '22'].map((day) =>
      isWorkingDay(week, `2026-11-${day}`),
    );
    expect(worked).toEqual([true, true, true, true, true, false, false]);
    expect(isWorkingDay(week, '1969-12-28')).toBe(false);
  });

  it.each([
    ['2024-02-09', true, '除夕 2024 鼓励休息，不是放假'],
    ['2024-02-10', false, '春节'],
    ['2024-02-18', true, '星期日补班'],
    ['2025-01-28', false, '除夕自 2025 起放假'],
    ['2025-09-28', true, '星期日补班'],
    ['2025-10-08', false, '中秋国庆'],
    ['2026-01-02', false, '元旦'],
    ['2026-01-04', true, '星期日补班'],
    ['2026-02-14', true, '星期六补班'],
    ['2026-10-10', true, '星期六补班'],
  ])('%s: %s (%s)', (day, worked) => {
    expect(isWorkingDay(seeded, day)).toBe(worked);
  });

  it('are counted from the day after', () => {
    expect(addWorkingDays(week, '2026-11-20', 2)).toBe('2026-11-24');
    expect(addWorkingDays(week, '2026-11-20', 0)).toBe('2026-11-20');
    expect(addWorkingDays(week, '2026-11-21', 0)).toBe('2026-11-23');
    expect(addWorkingDays(week, '2026-11-21', 1)).toBe('2026-11-23');
  });

  it('jump over the Spring Festival and count its make-up days', () => {
    expect(addWorkingDays(seeded, '2026-02-13', 1)).toBe('2026-02-14');
    expect(addWorkingDays(seeded, '2026-02-13', 2)).toBe('2026-02-24');
    expect(workingDaysBetween(seeded, '2026-02-13', '2026-02-24')).toBe(2);
    expect(workingDaysBetween(seeded, '2026-02-24', '2026-02-13')).toBe(-2);
    expect(addWorkingDays(seeded, '2025-12-31', 1)).toBe('2026-01-04');
  });

  it('adding and counting undo each other', () => {
    const day = anyDate({ min: new Date('2024-01-01'), max: new Date('2026-12-31'), noInvalidDate: true });
    assert(
      property(day, integer({ min: 1, max: 60 }), (date, count) => {
        const from = date.toISOString().slice(0, 10);
        const due = addWorkingDays(seeded, from, count);
        expect(isWorkingDay(seeded, due)).toBe(true);
        expect(workingDaysBetween(seeded, from, due)).toBe(count);
      }),
    );
  });

  it.each(['', '2026-2-3', '2026-13-01', 'tomorrow'])('refuse %j as a date', (text) => {
    expect(() => isWorkingDay(week, text)).toThrow(RangeError);
  });

  it.each([-1, 1.5, Number.NaN, 1e9])('refuse %d as a number of days', (count) => {
    expect(() => addWorkingDays(week, '2026-11-20', count)).toThrow(RangeError);
  });
});

describe('the seed', () => {
  it('holds the days off and the make-up days of three years, each with its source', () => {
    const count = (year: number, kind: string) =>
      seedDays().filter((day) => day.on_date.startsWith(`${year}`) && day.kind === kind).length;
    expect([2024, 2025, 2026].map((year) => [count(year, 'holiday'), count(year, 'make-up')])).toEqual([
      [28, 8],
      [28, 5],
      [33, 6],
    ]);
    expect(new Set(seedDays().map((day) => day.on_date)).size).toBe(seedDays().length);
    expect(seedDays().every((day) => day.name !== '' && day.source.includes('国务院办公厅'))).toBe(true);
  });
});

describe('the day in Shanghai', () => {
  it('changes the year at midnight there, not here', () => {
    const last = dayOf(new Date('2026-12-31T15:59:59.999Z'));
    const first = dayOf(new Date('2026-12-31T16:00:00.000Z'));
    expect([last, first]).toEqual(['2026-12-31', '2027-01-01']);
    expect([yearOf(last), yearOf(first)]).toEqual([2026, 2027]);
    expect(startOfDay('2027-01-01').toISOString()).toBe('2026-12-31T16:00:00.000Z');
  });

  it('is the same whatever zone the machine is in', async () => {
    const contents = `
      import { addWorkingDays, isWorkingDay, startOfDay, workingDaysBetween, yearOf } from './calendar/working-days.ts';
      import { seedDays } from './calendar/seed.ts';
      import { dayOf } from './clock.ts';
      const seeded = new Map(seedDays().map((day) => [day.on_date, day.kind]));
      const instants = ['2026-12-31T15:59:59Z', '2026-12-31T16:00:00Z', '2026-03-08T07:30:00Z', '2026-11-01T06:30:00Z'];
      console.log(JSON.stringify({
        offset: new Date(0).getTimezoneOffset(),
        days: instants.map((instant) => dayOf(new Date(instant))),
        due: ['2025-12-31', '2026-02-13', '2026-03-06', '2026-09-30'].map((day) => addWorkingDays(seeded, day, 3)),
        between: workingDaysBetween(seeded, '2025-12-31', '2026-12-31'),
        worked: ['2026-01-04', '2026-10-01'].map((day) => isWorkingDay(seeded, day)),
        start: startOfDay('2026-03-08'), year: yearOf('2026-01-01'), seed: seedDays().length,
      }));`;
    const here = fileURLToPath(new URL('.', import.meta.url));
    const bundled = await build({
      stdin: { contents, resolveDir: here, loader: 'ts' },
      bundle: true,
      write: false,
      platform: 'node',
      format: 'esm',
    });
    const outcomes = ['Asia/Shanghai', 'America/New_York', 'Pacific/Kiritimati'].map((zone) => {
      const args = ['--input-type=module', '-e', bundled.outputFiles[0]!.text];
      const env = { ...process.env, TZ: zone };
      return JSON.parse(execFileSync(process.execPath, args, { cwd: here, env, encoding: 'utf8' })) as {
        offset: number;
      };
    });
    const offsets = outcomes.map(({ offset }) => offset);
    expect(offsets).toEqual([-480, 300, 640]);
    const [shanghai, ...others] = outcomes.map(({ offset: _offset, ...rest }) => rest);
    expect(others).toEqual([shanghai, shanghai]);
    expect(shanghai).toMatchObject({
      days: ['2026-12-31', '2027-01-01', '2026-03-08', '2026-11-01'],
      due: ['2026-01-06', '2026-02-25', '2026-03-11', '2026-10-10'],
      worked: [true, false],
    });
  });
});
