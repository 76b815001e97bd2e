import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import { yearOf } from './periods.ts';

export interface Grain {
  id: string;
  name: string;
  members: number;
  paidThisYearCount: number;
}

/** All grains of one reply together: more cannot be told apart, and the reply is read again with every fold. */
const grainsAtMost = 600;

/** The largest unions directly below each of the given ones, by union id. */
export async function readGrains(ctx: Ctx, unionIds: readonly string[]): Promise<Map<string, Grain[]>> {
  if (unionIds.length === 0) return new Map();
  const each = Math.min(120, Math.ceil(grainsAtMost / unionIds.length));
  const found = await sql<Grain & { superiorId: string }>`
    select s.id as "superiorId", g.id, g.name, g.members, coalesce(paid.subtree, 0) as "paidThisYearCount"
    from unnest(${[...unionIds]}::uuid[]) as s (id)
    cross join lateral (
      select u.id, u.name, u.path, coalesce(r.subtree, 0) as members
      from "union" u
      left join rollup r on r.union_path = u.path and r.metric = 'members' and r.period = ''
      where u.superior_id = s.id and u.status = 'active'
      order by members desc, u.path limit ${each}
    ) as g
    left join rollup paid
      on paid.union_path = g.path and paid.metric = 'paid-count' and paid.period = ${yearOf(ctx.today)}
    order by g.members desc, g.path`.execute(ctx.db);
  const grains = new Map<string, Grain[]>();
  for (const { superiorId, ...grain } of found.rows) {
    const known = grains.get(superiorId);
    if (known) known.push(grain);
    else grains.set(superiorId, [grain]);
  }
  return grains;
}
