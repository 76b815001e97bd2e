import { sql } from 'kysely';
import { dayOf } from '../../kernel/clock.ts';
import type { Ctx } from '../../kernel/context.ts';
import { inRanges, rangesOf, type Range } from '../../kernel/db.ts';
import { statement } from '../../kernel/db/statement.ts';
import { lineOf, yearOf } from './periods.ts';
import { momentWords, placeWords } from './words.ts';
import type { MomentKind } from './words.ts';

/** A trade is named only where at least this many members follow it; a union pulses only with at least so many members. */
const tradeNamedFrom = 5;
const unionShownFrom = 30;

const happeningsPerFold = 2_000;
const townLevel = '50';

interface Told {
  id: number;
  at: Date;
  kind: MomentKind;
  caseId: string;
  unionPath: string;
  submittedAt: Date | null;
  promisedOn: string | null;
  occupation: string | null;
  itemTitle: string;
  itemTitleEn: string;
}

/**
 * Turns what happened to cases into anonymised moments, and payments into durations, kept promises and money by fund.
 * Returns the unions' paths of the payments, whose medians must be renewed.
 */
export async function tellMoments(ctx: Ctx): Promise<{ moments: number; paidPaths: string[] }> {
  const happenings = await takeHappenings(ctx);
  const paid = happenings.filter(({ kind }) => kind === 'paid');
  const places = await findPlaces(ctx, [...new Set(happenings.map(({ unionPath }) => unionPath))]);
  // On a busy day many come from one town and one trade at once: each is looked up once.
  const trades = onceEach((trade: string) => {
    const [path = '', ...occupation] = trade.split(' ');
    return isTradeCommon(ctx, path, occupation.join(' '));
  });
  const moments = await Promise.all(happenings.map((told) => momentOf(told, places, trades)));
  const rows = moments.filter((moment) => moment !== null);
  if (rows.length > 0) await ctx.db.insertInto('moment').values(rows).execute();
  for (const told of paid) await notePayment(ctx, told);
  return { moments: happenings.length, paidPaths: paid.map(({ unionPath }) => unionPath) };
}

function onceEach<T>(find: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const found = known.get(key) ?? find(key);
    known.set(key, found);
    return found;
  };
}

interface Taken {
  id: number;
  at: Date;
  kind: MomentKind;
  case_id: string;
}

const casesOf = statement((db, { ids }: { ids: string[] }) =>
  db
    .selectFrom('case')
    .innerJoin('member', 'member.id', 'case.member_id')
    .select([
      'case.id',
      'case.union_path as unionPath',
      'case.submitted_at as submittedAt',
      'case.promised_on as promisedOn',
      'case.item_code',
      'case.item_version',
      'member.occupation',
    ])
    .where((eb) => eb('case.id', '=', eb.fn.any(eb.val(ids)))),
);

const titlesOf = statement((db, { codes }: { codes: string[] }) =>
  db
    .selectFrom('catalogue_item')
    .select([
      'code',
      'version',
      sql<string>`definition ->> 'title'`.as('itemTitle'),
      sql<string>`coalesce(definition ->> 'titleEn', definition ->> 'title')`.as('itemTitleEn'),
    ])
    .where((eb) => eb('code', '=', eb.fn.any(eb.val(codes)))),
);

/**
 * Takes what happened and reads the cases it happened to by their keys: in one statement the database, which cannot know
 * how few they are, reads every case and member instead.
 */
async function takeHappenings(ctx: Ctx): Promise<Told[]> {
  const { rows: taken } = await sql<Taken>`
    delete from happening where id = any(array(select id from happening order by id limit ${happeningsPerFold}))
    returning id, at, kind, case_id`.execute(ctx.db);
  if (taken.length === 0) return [];
  const cases = await casesOf(ctx, { ids: [...new Set(taken.map((one) => one.case_id))] });
  const items = await titlesOf(ctx, { codes: [...new Set(cases.map((one) => one.item_code))] });
  const titles = new Map(items.map(({ code, version, ...title }) => [`${code} ${version}`, title]));
  const told = new Map(
    cases.map(({ id, item_code, item_version, ...found }) => [
      id,
      Object.assign(found, titles.get(`${item_code} ${item_version}`)!),
    ]),
  );
  return taken
    .toSorted((a, b) => a.id - b.id)
    .map(({ case_id: caseId, ...one }) => Object.assign(one, { caseId }, told.get(caseId)!));
}

const hoursOf = (told: Told): number | null =>
  told.submittedAt === null ? null : Math.max(0, told.at.getTime() - told.submittedAt.getTime()) / 3_600_000;

interface Place {
  path: string;
  words: string;
  pulseId: string;
  pulsePath: string;
}

async function momentOf(
  told: Told,
  places: ReadonlyMap<string, Place>,
  trades: (trade: string) => Promise<boolean>,
) {
  const place = places.get(told.unionPath);
  if (!place) return null;
  const named = told.occupation !== null && (await trades(`${place.path} ${told.occupation}`));
  const words = momentWords({
    kind: told.kind,
    place: place.words,
    occupation: named ? told.occupation : null,
    itemTitle: told.itemTitle,
    itemTitleEn: told.itemTitleEn,
    hours: hoursOf(told),
  });
  return {
    at: told.at,
    kind: told.kind,
    union_id: place.pulseId,
    union_path: place.pulsePath,
    place: place.words,
    text: words.zh,
    text_en: words.en,
  };
}

const unionsWithSizes = statement((db, { paths }: { paths: string[] }) =>
  db
    .selectFrom('union')
    .leftJoin('rollup', (join) =>
      join.onRef('rollup.union_path', '=', 'union.path').on('metric', '=', 'members').on('period', '=', ''),
    )
    .select(['union.id', 'union.path', 'union.name', 'union.level_code', 'rollup.subtree'])
    .where((eb) => eb('union.path', '=', eb.fn.any(eb.val(paths)))),
);

type SizedUnion = Awaited<ReturnType<typeof unionsWithSizes>>[number];

async function findPlaces(ctx: Ctx, unionPaths: readonly string[]): Promise<Map<string, Place>> {
  if (unionPaths.length === 0) return new Map();
  const rows = await unionsWithSizes(ctx, { paths: [...new Set(unionPaths.flatMap(lineOf))] });
  const unions = new Map(rows.map((row) => [row.path, row]));
  const placed = unionPaths.map((path) => [path, placeOf(lineOf(path), unions)] as const);
  return new Map(placed.filter((one): one is readonly [string, Place] => one[1] !== null));
}

/** The town to name, and the smallest union that may pulse: the applicant's own when it is large enough to hide her. */
function placeOf(paths: readonly string[], unions: ReadonlyMap<string, SizedUnion>): Place | null {
  const line = paths.flatMap((path) => unions.get(path) ?? []);
  const own = line.at(-1);
  if (!own) return null;
  const townIndex = Math.max(
    0,
    line.some((union) => union.level_code === townLevel)
      ? line.findLastIndex((union) => union.level_code === townLevel)
      : line.length - 2,
  );
  const town = line[townIndex] ?? own;
  const pulse = (own.subtree ?? 0) >= unionShownFrom ? own : town;
  const words = placeWords(town.name, line[townIndex - 1]?.name ?? null);
  return { path: town.path, words, pulseId: pulse.id, pulsePath: pulse.path };
}

const inTrade = statement((db, one: { ranges: Range[]; occupation: string }) =>
  db
    .selectFrom('member')
    .select('id')
    .where(inRanges<'member'>('union_path', one.ranges))
    .where('occupation', '=', one.occupation)
    .where('status', '=', 'active')
    .limit(tradeNamedFrom),
);

async function isTradeCommon(ctx: Ctx, path: string, occupation: string): Promise<boolean> {
  const found = await inTrade(ctx, { ranges: rangesOf([path]), occupation });
  return found.length >= tradeNamedFrom;
}

async function notePayment(ctx: Ctx, told: Told): Promise<void> {
  const paidOn = dayOf(told.at);
  const hours = hoursOf(told);
  if (hours !== null) {
    await ctx.db
      .insertInto('payment_duration')
      .values({ case_id: told.caseId, union_path: told.unionPath, paid_on: paidOn, hours })
      .onConflict((conflict) => conflict.column('case_id').doNothing())
      .execute();
  }
  const period = yearOf(paidOn);
  const paid = await ctx.db
    .selectFrom('disbursement')
    .select(['fund_id', 'amount_fen'])
    .where('case_id', '=', told.caseId)
    .where('status', '=', 'paid')
    .orderBy('instalment', 'desc')
    .executeTakeFirst();
  const kept = told.promisedOn === null || paidOn <= told.promisedOn;
  const deltas = [
    ...(kept ? [{ metric: 'paid-on-time', amount: 1 }] : []),
    ...(paid ? [{ metric: `fund:${paid.fund_id}`, amount: paid.amount_fen }] : []),
  ];
  if (deltas.length === 0) return;
  await ctx.db
    .insertInto('rollup_delta')
    .values(deltas.map((delta) => ({ ...delta, union_path: told.unionPath, period })))
    .execute();
}
