import type { ReplyOf } from '@smart-union/contract';
import type { dashboards } from '@smart-union/contract/dashboards.ts';
import { holdsOver, pathsFor } from '../../kernel/access.ts';
import { together, type Ctx } from '../../kernel/context.ts';
import { findUnion, readShared, type Shared } from './read-overview.ts';
import { freshnessOf, readState } from './stream-state.ts';

type Overview = ReplyOf<(typeof dashboards)['overview']>;

/**
 * Balances of funds and late tasks change without a fold; figures and moments do not. Well below the ten seconds between
 * two ticks, and enough for all walls that a fold wakes at once.
 */
const keptMillis = 2000;
const keptAtMost = 500;

interface Kept {
  version: number;
  lastMoment: number;
  at: number;
  shared: Promise<Shared>;
}

/**
 * Overviews of this server, each read once for all who stand at the same union with the same scope until the figures
 * change: a fold makes every wall ask again, two thousand of them within the same second.
 */
export function keepOverviews(): (ctx: Ctx, unionId: string | undefined) => Promise<Overview> {
  const kept = new Map<string, Kept>();
  return async (ctx, unionId) => {
    const [union, state] = await together([findUnion(ctx, unionId), readState(ctx)]);
    const scope = pathsFor(ctx.actor, 'dashboards.view');
    // The path too: a union that was moved is another one to look at.
    const key = [ctx.federation.schema, ctx.today, union.id, union.path, ...scope].join(' ');
    const now = ctx.now.getTime();
    const known = kept.get(key);
    const fresh =
      known !== undefined &&
      known.version === state.version &&
      known.lastMoment === state.lastMoment &&
      Math.abs(now - known.at) < keptMillis;
    // Who read it for all may have failed for a reason of his own; then everybody reads for himself.
    const shared = fresh ? await known.shared.catch(() => readShared(ctx, union)) : await readFor(ctx);
    return {
      ...shared,
      asOf: freshnessOf(ctx, state).toISOString(),
      can: (['members.view', 'unions.view', 'cases.view', 'disbursements.view'] as const).filter(
        (permission) => holdsOver(ctx.actor, permission, union.path),
      ),
    };

    async function readFor(ctx: Ctx): Promise<Shared> {
      const reading = readShared(ctx, union);
      if (kept.size >= keptAtMost) kept.clear();
      kept.set(key, { ...state, at: now, shared: reading });
      return reading.catch((error: unknown) => {
        kept.delete(key);
        throw error;
      });
    }
  };
}
