import { contract, type InputOf, type ReplyOf } from '@smart-union/contract';
import { record } from '../audit.ts';
import type { Ctx } from '../context.ts';
import { DomainError } from '../errors.ts';
import { mount, type HttpHost } from '../http.ts';
import { requireWholeFederation } from '../whole-federation.ts';
import { forgetCalendars, type DayKind } from './table.ts';

type Routes = typeof contract.calendar;

async function listDays(ctx: Ctx, { query }: InputOf<Routes['list']>): Promise<ReplyOf<Routes['list']>> {
  const rows = await ctx.db
    .selectFrom('calendar_day')
    .selectAll()
    .where('on_date', '>=', `${query.year}-01-01`)
    .where('on_date', '<=', `${query.year}-12-31`)
    .orderBy('on_date')
    .execute();
  return {
    items: rows.map(({ on_date, kind, ...rest }) => ({ on: on_date, kind: kind as DayKind, ...rest })),
  };
}

const auditOf = (kind: string, data: Record<string, unknown>) => ({
  kind,
  subject: 'calendar-day',
  subjectId: null,
  unionPath: 'f',
  data,
});

async function setDay(ctx: Ctx, { params, body }: InputOf<Routes['set']>): Promise<ReplyOf<Routes['set']>> {
  await requireWholeFederation(ctx, 'calendar.edit');
  const before = await ctx.db
    .selectFrom('calendar_day')
    .select(['kind', 'name', 'source'])
    .where('on_date', '=', params.on)
    .executeTakeFirst();
  await ctx.db
    .insertInto('calendar_day')
    .values({ on_date: params.on, ...body })
    .onConflict((conflict) => conflict.column('on_date').doUpdateSet(body))
    .execute();
  await record(ctx, auditOf('calendar-day.set', { on: params.on, ...body, before: before ?? null }));
  forgetCalendars(ctx);
  return { on: params.on, ...body };
}

async function removeDay(
  ctx: Ctx,
  { params }: InputOf<Routes['remove']>,
): Promise<ReplyOf<Routes['remove']>> {
  await requireWholeFederation(ctx, 'calendar.edit');
  const before = await ctx.db
    .deleteFrom('calendar_day')
    .where('on_date', '=', params.on)
    .returning(['kind', 'name', 'source'])
    .executeTakeFirst();
  if (!before) throw new DomainError('thing-not-found');
  await record(ctx, auditOf('calendar-day.removed', { on: params.on, before }));
  forgetCalendars(ctx);
  return { ok: true };
}

/** Puts the contract's `calendar` routes on the server. */
export function mountCalendar(host: HttpHost): void {
  mount(host, 'calendar', contract.calendar, { list: listDays, set: setDay, remove: removeDay });
}
