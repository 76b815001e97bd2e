import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiError } from '@smart-union/api-client';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { isWorkingDay, loadCalendar, seedCalendar } from '../calendar.ts';
import { seedDays } from './seed.ts';

let app: TestApp;
beforeAll(async () => {
  app = await testApp();
});
afterAll(() => app.close());

const day = { kind: 'holiday', name: '春节', source: '国务院办公厅通知' } as const;
const set = (person: 'cityAdmin' | 'admin' | 'approver' | 'chen', on = '2027-02-08') =>
  app.as(person).calendar.set({ params: { on }, body: day });
const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing refused',
    (error: ApiError) => error.code,
  );
const worked = (on: string) => app.db(async (ctx) => isWorkingDay(await loadCalendar(ctx), on));
const audited = () =>
  app.db((ctx) =>
    ctx.db
      .selectFrom('audit_event')
      .select(['kind', 'payload'])
      .where('subject', '=', 'calendar-day')
      .execute(),
  );

describe('the calendar', () => {
  it('is there with the federation, and seeding again changes nothing', async () => {
    const { items } = await app.as('chair').calendar.list({ query: { year: 2026 } });
    expect(items).toHaveLength(39);
    expect(items[0]).toMatchObject({ on: '2026-01-01', kind: 'holiday', name: '元旦' });
    await app.db(seedCalendar);
    const rows = await app.db((ctx) => ctx.db.selectFrom('calendar_day').select('on_date').execute());
    expect(rows).toHaveLength(seedDays().length);
  });

  it('is edited by the administrator of the whole federation, counted from at once, and audited', async () => {
    expect(await worked('2027-02-08')).toBe(true);
    expect(await set('cityAdmin')).toEqual({ on: '2027-02-08', ...day });
    expect(await worked('2027-02-08')).toBe(false);
    await app.as('cityAdmin').calendar.remove({ params: { on: '2027-02-08' } });
    expect(await worked('2027-02-08')).toBe(true);
    expect((await audited()).map(({ kind }) => kind)).toEqual(['calendar-day.set', 'calendar-day.removed']);
    expect(JSON.parse((await audited())[1]!.payload)).toMatchObject({
      data: { before: { kind: 'holiday', name: '春节' } },
    });
  });

  it('is not edited by others, nor by the administrator of a part', async () => {
    const before = (await audited()).length;
    for (const person of ['admin', 'approver', 'chen'] as const) {
      expect([person, await codeOf(set(person))]).toEqual([person, 'permission-missing']);
    }
    expect((await audited()).length).toBe(before);
  });

  it('refuses days that do not exist and entries that are not there', async () => {
    expect(await codeOf(set('cityAdmin', '2027-02-30'))).toBe('input-invalid');
    expect(await codeOf(app.as('cityAdmin').calendar.remove({ params: { on: '2027-06-01' } }))).toBe(
      'thing-not-found',
    );
  });
});
