import type { ReplyOf } from '@smart-union/contract';
import type { dashboards } from '@smart-union/contract/dashboards.ts';
import { isWithin } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { lineOf } from './periods.ts';
import type { MomentKind } from './words.ts';

export type Moment = ReplyOf<(typeof dashboards)['overview']>['moments'][number];

const momentsAtMost = 12;
/** Older ones are no news; the bound also keeps a quiet union from reading the whole table backwards. */
const newsDays = 7;

export interface StoredMoment {
  id: number;
  at: Date;
  kind: string;
  union_id: string;
  union_path: string;
  place: string;
  text: string;
  text_en: string;
}

/** The newest moments under a union, newest first, with the ids of the unions in scope that may pulse. */
export async function listMoments(
  ctx: Ctx,
  from: { unionPath: string; scope: readonly string[] },
): Promise<Moment[]> {
  const rows = await ctx.db
    .selectFrom('moment')
    .selectAll()
    .where(within<'moment'>('union_path', [from.unionPath]))
    .where('at', '>', new Date(ctx.now.getTime() - newsDays * 86_400_000))
    .orderBy('at', 'desc')
    .orderBy('id', 'desc')
    .limit(momentsAtMost)
    .execute();
  return withUnions(ctx, rows, from.scope);
}

/** Adds to each moment the unions from its place up to the root, no further than `scope` reaches. */
async function withUnions(
  ctx: Ctx,
  rows: readonly StoredMoment[],
  scope: readonly string[],
): Promise<Moment[]> {
  const show = await placeMoments(ctx, rows);
  return rows.map((row) => show(row, scope));
}

/** Reads the unions above these moments, once for all who are told; what it gives shows a moment to one scope. */
export async function placeMoments(
  ctx: Ctx,
  rows: readonly StoredMoment[],
): Promise<(row: StoredMoment, scope: readonly string[]) => Moment> {
  const paths = [...new Set(rows.flatMap((row) => lineOf(row.union_path)))];
  const unions =
    paths.length === 0
      ? []
      : await ctx.db
          .selectFrom('union')
          .select(['id', 'path'])
          .where((eb) => eb('path', '=', eb.fn.any(eb.val(paths))))
          .execute();
  const idOf = new Map(unions.map((union) => [union.path, union.id]));
  return (row, scope) => ({
    id: String(row.id),
    at: row.at.toISOString(),
    kind: row.kind as MomentKind,
    unionId: row.union_id,
    unionIds: lineOf(row.union_path)
      .filter((path) => isWithin(path, scope))
      .toReversed()
      .flatMap((path) => idOf.get(path) ?? []),
    place: row.place,
    text: row.text,
    textEn: row.text_en,
  });
}
