import { sql } from 'kysely';
import { dayOf } from '../../kernel/clock.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
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
  const paidPaths: string[] = [];
  for (const told of happenings) {
    await tellOne(ctx, told);
    if (told.kind === 'paid') {
      await notePayment(ctx, told);
      paidPaths.push(told.unionPath);
    }
  }
  return { moments: happenings.length, paidPaths };
}

async function takeHappenings(ctx: Ctx): Promise<Told[]> {
  const taken = await sql<Told>`
    with taken as (
      delete from happening where id in (select id from happening order by id limit ${happeningsPerFold})
      returning id, at, kind, case_id
    )
    select taken.id, taken.at, taken.kind, taken.case_id as "caseId", c.union_path as "unionPath",
      c.submitted_at as "submittedAt", c.promised_on as "promisedOn", m.occupation,
      i.definition ->> 'title' as "itemTitle",
      coalesce(i.definition ->> 'titleEn', i.definition ->> 'title') as "itemTitleEn"
    from taken
    join "case" c on c.id = taken.case_id
    join member m on m.id = c.member_id
    join catalogue_item i on i.code = c.item_code and i.version = c.item_version
    order by taken.id`.execute(ctx.db);
  return taken.rows;
}

const hoursOf = (told: Told): number | null =>
  told.submittedAt === null ? null : Math.max(0, told.at.getTime() - told.submittedAt.getTime()) / 3_600_000;

async function tellOne(ctx: Ctx, told: Told): Promise<void> {
  const place = await findPlace(ctx, told.unionPath);
  if (!place) return;
  const words = momentWords({
    kind: told.kind,
    place: place.words,
    occupation: (await isTradeCommon(ctx, place.path, told.occupation)) ? told.occupation : null,
    itemTitle: told.itemTitle,
    itemTitleEn: told.itemTitleEn,
    hours: hoursOf(told),
  });
  await ctx.db
    .insertInto('moment')
    .values({
      at: told.at,
      kind: told.kind,
      union_id: place.pulseId,
      union_path: place.pulsePath,
      place: place.words,
      text: words.zh,
      text_en: words.en,
    })
    .execute();
}

/** The town to name, and the smallest union that may pulse: the applicant's own when it is large enough to hide her. */
async function findPlace(
  ctx: Ctx,
  unionPath: string,
): Promise<{ path: string; words: string; pulseId: string; pulsePath: string } | null> {
  const line = await ctx.db
    .selectFrom('union')
    .leftJoin('rollup', (join) =>
      join.onRef('rollup.union_path', '=', 'union.path').on('metric', '=', 'members').on('period', '=', ''),
    )
    .select(['union.id', 'union.path', 'union.name', 'union.level_code', 'rollup.subtree'])
    .where((eb) => eb('union.path', '=', eb.fn.any(eb.val(lineOf(unionPath)))))
    .orderBy('union.path')
    .execute();
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

async function isTradeCommon(ctx: Ctx, path: string, occupation: string | null): Promise<boolean> {
  if (occupation === null) return false;
  const found = await ctx.db
    .selectFrom('member')
    .select('id')
    .where(within<'member'>('union_path', [path]))
    .where('occupation', '=', occupation)
    .where('status', '=', 'active')
    .limit(tradeNamedFrom)
    .execute();
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
