import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { eventText, foldUnion, type UnionChange, type UnionState } from './events.ts';
import { getUnion } from './places.ts';
import { getUnionInScope, readUnion, type UnionReply } from './queries.ts';

type Unions = typeof contract.unions;

/** A union today, or as it stood at the end of a past day, folded from its events. Figures are always today's. */
export async function readUnionOn(
  ctx: Ctx,
  { params, query }: InputOf<Unions['get']>,
): Promise<ReplyOf<Unions['get']>> {
  const today = await readUnion(ctx, params.id);
  const { on } = query;
  if (!on || on >= ctx.today) return today;
  const state = await stateOn(ctx, params.id, on);
  if (!state) throw new DomainError('thing-not-found');
  const above: { id: string; name: string }[] = [];
  for (let id = state.superiorId; id !== null;) {
    // A superior founded after that day (a district made anew over older towns) stands under its first known name.
    const superior = (await stateOn(ctx, id, on)) ?? (await firstState(ctx, id)) ?? (await getUnion(ctx, id));
    if (above.some((known) => known.id === id)) break;
    above.unshift({ id, name: superior.name });
    id = superior.superiorId;
  }
  return {
    ...today,
    ...described(state),
    superior: above.at(-1) ?? null,
    ancestors: above,
  };
}

function described({ superiorId: _superior, status, ...state }: UnionState) {
  return { ...state, status: status as UnionReply['status'] };
}

const changesOf = (ctx: Ctx, unionId: string) =>
  ctx.db
    .selectFrom('union_event')
    .select('data')
    .where('union_id', '=', unionId)
    .orderBy('effective_on')
    .orderBy('recorded_at')
    .orderBy('id');

async function stateOn(ctx: Ctx, unionId: string, on: string): Promise<UnionState | undefined> {
  const rows = await changesOf(ctx, unionId).where('effective_on', '<=', on).execute();
  return foldUnion(rows.map(({ data }) => data as UnionChange));
}

async function firstState(ctx: Ctx, unionId: string): Promise<UnionState | undefined> {
  const rows = await changesOf(ctx, unionId).limit(1).execute();
  return foldUnion(rows.map(({ data }) => data as UnionChange));
}

export async function listUnionEvents(
  ctx: Ctx,
  { params, query }: InputOf<Unions['history']>,
): Promise<ReplyOf<Unions['history']>> {
  await getUnionInScope(ctx, params.id);
  const found = ctx.db.selectFrom('union_event').where('union_id', '=', params.id);
  const [{ total }, rows] = await Promise.all([
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    found
      .leftJoin('account', 'account.id', 'union_event.account_id')
      .select(['union_event.id', 'union_event.kind', 'effective_on', 'recorded_at', 'data'])
      .select(sql<string>`coalesce(account.name, '系统')`.as('by'))
      .orderBy('effective_on', 'desc')
      .orderBy('recorded_at', 'desc')
      .orderBy('union_event.id', 'desc')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
  ]);
  const items = rows.map((row) => ({
    id: row.id,
    kind: row.kind,
    effectiveOn: row.effective_on,
    recordedAt: row.recorded_at.toISOString(),
    by: row.by,
    text: eventText(row.kind, row.data as UnionChange),
  }));
  return { items, total: Number(total), page: query.page, pageSize: query.pageSize };
}
