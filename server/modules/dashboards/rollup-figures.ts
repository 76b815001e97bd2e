import type { ReplyOf } from '@smart-union/contract';
import type { dashboards } from '@smart-union/contract/dashboards.ts';
import type { Ctx } from '../../kernel/context.ts';
import { allTime, lastDays, yearOf } from './periods.ts';

type Overview = ReplyOf<(typeof dashboards)['overview']>;
export type Figures = Overview['figures'];

/** Approved and not yet paid: the last stretch, after the stages of a route. */
const paymentStage = 'stage:payment';

const metrics = [
  'members',
  'unions',
  'employees',
  'joined',
  'claims',
  'in-progress',
  paymentStage,
  'paid-fen',
  'paid-count',
  'paid-on-time',
  'median-minutes',
];

/** Figures with everything below, of many unions at once; a union nothing is known of gets zeros. */
export async function readFigures(ctx: Ctx, paths: readonly string[]): Promise<(path: string) => Figures> {
  const [today, year] = [ctx.today, yearOf(ctx.today)];
  const rows =
    paths.length === 0
      ? []
      : await ctx.db
          .selectFrom('rollup')
          .select(['union_path', 'metric', 'period', 'subtree'])
          .where((eb) => eb('union_path', '=', eb.fn.any(eb.val(paths))))
          .where((eb) => eb('metric', '=', eb.fn.any(eb.val(metrics))))
          .where((eb) => eb('period', '=', eb.fn.any(eb.val([allTime, year, today]))))
          .execute();
  const known = new Map(rows.map((row) => [`${row.union_path} ${row.metric} ${row.period}`, row.subtree]));
  return (path) => {
    const of = (metric: string, period: string): number => known.get(`${path} ${metric} ${period}`) ?? 0;
    const paidThisYearCount = of('paid-count', year);
    const medianMinutes = of('median-minutes', year);
    return {
      members: of('members', allTime),
      unions: of('unions', allTime),
      employees: of('employees', allTime),
      joinedToday: of('joined', today),
      joinedThisYear: of('joined', year),
      claimsToday: of('claims', today),
      claimsThisYear: of('claims', year),
      inProgress: of('in-progress', allTime) + of(paymentStage, allTime),
      paidToday: of('paid-count', today),
      paidThisYearFen: of('paid-fen', year),
      paidThisYearCount,
      onTimeThisYearCount: of('paid-on-time', year),
      medianHours: medianMinutes > 0 ? Math.round(medianMinutes / 6) / 10 : null,
    };
  };
}

/** Claims and payments of the last thirty days. */
export async function readDays(ctx: Ctx, path: string): Promise<Overview['days']> {
  const days = lastDays(ctx.today, 30);
  const rows = await ctx.db
    .selectFrom('rollup')
    .select(['metric', 'period', 'subtree'])
    .where('union_path', '=', path)
    .where((eb) => eb('metric', '=', eb.fn.any(eb.val(['claims', 'paid-count', 'paid-fen']))))
    .where((eb) => eb('period', '=', eb.fn.any(eb.val(days))))
    .execute();
  const known = new Map(rows.map((row) => [`${row.metric} ${row.period}`, row.subtree]));
  return days.map((on) => ({
    on,
    claims: known.get(`claims ${on}`) ?? 0,
    paid: known.get(`paid-count ${on}`) ?? 0,
    paidFen: known.get(`paid-fen ${on}`) ?? 0,
  }));
}

/** What a metric is split into, e.g. 'stage:' → unit-review: 3. Parts at zero are left out. */
export async function readParts(
  ctx: Ctx,
  path: string,
  prefix: 'stage:' | 'segment:' | 'fund:',
  period: string,
): Promise<Map<string, number>> {
  const rows = await ctx.db
    .selectFrom('rollup')
    .select(['metric', 'subtree'])
    .where('union_path', '=', path)
    .where('metric', '>=', prefix)
    .where('metric', '<', `${prefix}~`)
    .where('period', '=', period)
    .where('subtree', '<>', 0)
    .execute();
  return new Map(rows.map((row) => [row.metric.slice(prefix.length), row.subtree]));
}
