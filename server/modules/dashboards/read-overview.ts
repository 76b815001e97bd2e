import { sql } from 'kysely';
import type { ReplyOf } from '@smart-union/contract';
import type { dashboards } from '@smart-union/contract/dashboards.ts';
import { holdsOver, isWithin, pathsFor } from '../../kernel/access.ts';
import { together, type Ctx } from '../../kernel/context.ts';
import { inRanges, rangesOf, within, type Range } from '../../kernel/db.ts';
import { statement } from '../../kernel/db/statement.ts';
import { DomainError } from '../../kernel/errors.ts';
import { listMoments } from './list-moments.ts';
import { allTime, lineOf, yearOf } from './periods.ts';
import { readDays, readFigures, readParts } from './rollup-figures.ts';
import { readGrains } from './read-grains.ts';
import { segmentTitle } from './words.ts';

type Overview = ReplyOf<(typeof dashboards)['overview']>;

export interface UnionRow {
  id: string;
  name: string;
  path: string;
  superior_id: string | null;
  level_code: string;
  location: { x: number; y: number } | null;
}

const unionColumns = ['id', 'name', 'path', 'superior_id', 'level_code', 'location'] as const;

const byId = statement((db, { id }: { id: string }) =>
  db.selectFrom('union').select(unionColumns).where('id', '=', id),
);

const byPath = statement((db, { path }: { path: string }) =>
  db.selectFrom('union').select(unionColumns).where('path', '=', path),
);

/** The whole federation is no union: then the first below it, sought among all. */
const highest = statement((db, { ranges }: { ranges: Range[] }) =>
  db
    .selectFrom('union')
    .select(unionColumns)
    .where(inRanges<'union'>('path', ranges))
    .orderBy(sql`length(path)`)
    .orderBy('path')
    .limit(1),
);

/** The union asked for, or the highest one in the viewer's scope. Out of scope is not found. */
export async function findUnion(ctx: Ctx, unionId: string | undefined): Promise<UnionRow> {
  const scope = pathsFor(ctx.actor, 'dashboards.view');
  const [top] = scope.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const [named] =
    unionId === undefined ? await byPath(ctx, { path: top ?? '' }) : await byId(ctx, { id: unionId });
  const found =
    named ?? (unionId === undefined ? (await highest(ctx, { ranges: rangesOf(scope) }))[0] : undefined);
  if (!found || !isWithin(found.path, scope)) throw new DomainError('thing-not-found');
  return found;
}

/** What all see alike who stand at a union with the same scope. */
export type Shared = Omit<Overview, 'asOf' | 'can'>;

/** Everything the wall shows of one union, from rollups. */
export async function readShared(ctx: Ctx, union: UnionRow): Promise<Shared> {
  const places = await listPlaces(ctx, union);
  const scope = pathsFor(ctx.actor, 'dashboards.view');
  const items = readItems(ctx);
  // One trip to the database for all: the connection sends them without waiting in between.
  const [figuresOf, grainsOf, ancestors, promise, stages, segments, funds, days, moments] = await together([
    readFigures(ctx, [union.path, ...places.map((place) => place.path)]),
    readGrains(
      ctx,
      places.map((place) => place.id),
    ),
    listAncestors(ctx, union),
    items.then(({ promiseWorkingDays }) => promiseWorkingDays),
    items.then(({ stages }) => readStages(ctx, union, stages)),
    readSegments(ctx, union),
    readFunds(ctx, union),
    readDays(ctx, union.path),
    listMoments(ctx, { unionPath: union.path, scope }),
  ]);
  return {
    union: { id: union.id, name: union.name },
    levelCode: union.level_code,
    ancestors,
    figures: figuresOf(union.path),
    promiseWorkingDays: promise,
    stages,
    segments,
    funds,
    days,
    places: places.map((place) => ({
      union: { id: place.id, name: place.name },
      levelCode: place.level_code,
      longitude: place.location?.x ?? null,
      latitude: place.location?.y ?? null,
      figures: figuresOf(place.path),
      grains: grainsOf.get(place.id) ?? [],
    })),
    moments,
  };
}

/** More discs than this cannot be told apart, and every fold sends them anew. */
const placesAtMost = 300;

/** The largest unions directly below, in the order of the tree. */
async function listBelow(ctx: Ctx, superiorId: string): Promise<UnionRow[]> {
  const rows = await ctx.db
    .selectFrom('union')
    .leftJoin('rollup', (join) =>
      join.onRef('union_path', '=', 'union.path').on('metric', '=', 'members').on('period', '=', allTime),
    )
    .select(unionColumns)
    .where('superior_id', '=', superiorId)
    .where('status', '=', 'active')
    .orderBy('rollup.subtree', (order) => order.desc().nullsLast())
    .orderBy('path')
    .limit(placesAtMost)
    .execute();
  return rows.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Unions directly below; at the leaf its siblings with itself, as far as the scope reaches. */
async function listPlaces(ctx: Ctx, union: UnionRow): Promise<UnionRow[]> {
  const children = await listBelow(ctx, union.id);
  if (children.length > 0) return children;
  const scope = pathsFor(ctx.actor, 'dashboards.view');
  const superiorPath = union.path.slice(0, union.path.lastIndexOf('.'));
  if (union.superior_id === null || !isWithin(superiorPath, scope)) return [union];
  const siblings = await listBelow(ctx, union.superior_id);
  return siblings.some((sibling) => sibling.id === union.id) ? siblings : [...siblings, union];
}

async function listAncestors(ctx: Ctx, union: UnionRow): Promise<{ id: string; name: string }[]> {
  const above = lineOf(union.path).slice(0, -1);
  if (above.length === 0) return [];
  return ctx.db
    .selectFrom('union')
    .select(['id', 'name'])
    .where((eb) => eb('path', '=', eb.fn.any(eb.val(above))))
    .where(within<'union'>('path', pathsFor(ctx.actor, 'dashboards.view')))
    .orderBy(sql`length(path)`)
    .execute();
}

interface StageTitle {
  id: string;
  title: string;
  titleEn: string;
}

/** Stage titles and the promise, from the items in force. Items that promise different days have no common promise. */
async function readItems(ctx: Ctx): Promise<{ stages: StageTitle[]; promiseWorkingDays: number | null }> {
  const rows = await sql<{ days: number | null; route: Partial<StageTitle>[] | null }>`
    select distinct on (code) (definition #>> '{promise,workingDays}')::int as days, definition -> 'route' as route
    from catalogue_item where retired_at is null order by code, version desc`.execute(ctx.db);
  const promises = new Set(rows.rows.map((row) => row.days).filter((days) => days !== null));
  const stages = new Map<string, StageTitle>();
  for (const stage of rows.rows.flatMap((row) => row.route ?? [])) {
    if (!stage.id || stages.has(stage.id)) continue;
    const title = stage.title ?? stage.id;
    stages.set(stage.id, { id: stage.id, title, titleEn: stage.titleEn ?? title });
  }
  const [only] = promises;
  return { stages: [...stages.values()], promiseWorkingDays: promises.size === 1 ? (only ?? null) : null };
}

const awaitingPayment: StageTitle = { id: 'payment', title: '等待发放', titleEn: 'Waiting for payment' };

async function readStages(ctx: Ctx, union: UnionRow, titles: StageTitle[]): Promise<Overview['stages']> {
  const counts = await readParts(ctx, union.path, 'stage:', allTime);
  // Overdue depends on the clock, so it cannot be a rollup; late open tasks are few and indexed by their day.
  const late = await ctx.db
    .selectFrom('task')
    .select(['stage', (eb) => eb.fn.count<number>('case_id').distinct().as('count')])
    .where('closed_at', 'is', null)
    .where('due_on', '<', ctx.today)
    .where(within<'task'>('case_path', [union.path]))
    .groupBy('stage')
    .execute();
  const overdue = new Map(late.map((row) => [row.stage, row.count]));
  const known = [...titles, awaitingPayment];
  const unknown = [...counts.keys()]
    .filter((id) => !known.some((stage) => stage.id === id))
    .map((id) => ({ id, title: id, titleEn: id }));
  return [...known, ...unknown].map((stage) => ({
    ...stage,
    count: counts.get(stage.id) ?? 0,
    overdue: overdue.get(stage.id) ?? 0,
  }));
}

async function readSegments(ctx: Ctx, union: UnionRow): Promise<Overview['segments']> {
  const counts = await readParts(ctx, union.path, 'segment:', allTime);
  return [...counts]
    .map(([code, count]) => ({ code, title: segmentTitle(code), count }))
    .sort((a, b) => b.count - a.count);
}

/** Money paid this year by fund; balances only of funds that lie in the viewer's scope. */
async function readFunds(ctx: Ctx, union: UnionRow): Promise<Overview['funds']> {
  const paid = await readParts(ctx, union.path, 'fund:', yearOf(ctx.today));
  const rows = await ctx.db
    .selectFrom('fund')
    .leftJoin('ledger_account', 'ledger_account.fund_id', 'fund.id')
    .select(['fund.id', 'fund.name', 'fund.union_path', 'ledger_account.kind', 'ledger_account.balance_fen'])
    .orderBy('fund.code')
    .execute();
  const funds = new Map<string, Overview['funds'][number]>();
  for (const row of rows) {
    const mine =
      isWithin(row.union_path, [union.path]) && holdsOver(ctx.actor, 'dashboards.view', row.union_path);
    if (!mine && !paid.has(row.id)) continue;
    const fund = funds.get(row.id) ?? {
      name: row.name,
      availableFen: mine ? 0 : null,
      reservedFen: mine ? 0 : null,
      inTransitFen: mine ? 0 : null,
      paidThisYearFen: paid.get(row.id) ?? 0,
    };
    if (mine && row.kind === 'available') fund.availableFen = row.balance_fen;
    if (mine && row.kind === 'reserved') fund.reservedFen = row.balance_fen;
    if (mine && row.kind === 'in-transit') fund.inTransitFen = row.balance_fen;
    funds.set(row.id, fund);
  }
  return [...funds.values()];
}
