import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { statement } from '../../kernel/db/statement.ts';
import { DomainError } from '../../kernel/errors.ts';

/** A union as other modules need it: where it stands in the tree. */
export interface UnionPlace {
  id: string;
  path: string;
  name: string;
  levelCode: string;
  superiorId: string | null;
  status: string;
}

const columns = [
  'id',
  'path',
  'name',
  'level_code as levelCode',
  'superior_id as superiorId',
  'status',
] as const;

/** 'f.1.12.30' → ['f.1', 'f.1.12', 'f.1.12.30']: the union's superiors from the top, itself last. */
export function lineOf(path: string): string[] {
  const labels = path.split('.');
  return labels.slice(1).map((_, index) => labels.slice(0, index + 2).join('.'));
}

/** One union. Throws `thing-not-found`. Names and places of unions are public, so this asks no scope. */
export async function getUnion(ctx: Ctx, id: string): Promise<UnionPlace> {
  const found = await ctx.db.selectFrom('union').select(columns).where('id', '=', id).executeTakeFirst();
  if (!found) throw new DomainError('thing-not-found');
  return found;
}

/** The union at a path and all above it, from the top down. */
export async function ancestorsOf(ctx: Ctx, path: string): Promise<UnionPlace[]> {
  return line(ctx, { line: lineOf(path).map((one) => ({ path: one })) });
}

// Path by path: for an array of them PostgreSQL makes a new plan every time.
const line = statement((db, { line }: { line: { path: string }[] }) =>
  db
    .selectFrom('union')
    .select(columns)
    .where(
      'path',
      'in',
      line.map(({ path }) => path),
    )
    // A superior's path is a beginning of its subordinate's, so bytes order them from the top.
    .orderBy('path'),
);

/** Level codes by which a stage names its office; an industry federation of a district counts as one. */
const levels = { district: ['40', '41'], city: ['30'] };

type Relation = 'own' | 'superior' | 'district' | 'city';

/**
 * Of a line, top down, the union that stands in a relation to its last one: itself, the next above, or the nearest above
 * (itself included) of a level. Null where there is none, e.g. the superior of the root.
 */
export function pickUnion(line: readonly UnionPlace[], relation: Relation): UnionPlace | null {
  if (relation === 'own') return line.at(-1) ?? null;
  if (relation === 'superior') return line.at(-2) ?? null;
  return line.findLast(({ levelCode }) => levels[relation].includes(levelCode)) ?? null;
}

/** Unions below the given paths by `unionNameKey`, for matching rosters; dissolved ones are not found. */
export async function unionsByKey(ctx: Ctx, paths: readonly string[]): Promise<Map<string, UnionPlace>> {
  const rows = await ctx.db
    .selectFrom('union')
    .select([...columns, 'name_key'])
    .where(within('union.path', paths))
    .where('status', '<>', 'dissolved')
    .execute();
  return new Map(rows.map(({ name_key: key, ...place }) => [key, place]));
}
