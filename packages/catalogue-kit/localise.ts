import type { AmountRow } from './amounts/amount.ts';
import type { IsoDate } from './dates.ts';
import type { ItemDefinition, Localisable } from './definition.ts';

/**
 * What one union set for itself and those below it, from a day on. `unionPath` is that union's path in the tree;
 * the longer path is the nearer union.
 */
export type LocalRow = { unionPath: string; from: IsoDate; to?: IsoDate; basis?: string } & (
  | { what: 'amount'; fen: number }
  | { what: 'limit'; times: number }
  | { what: 'promise'; workingDays: number }
);

/**
 * The definition as it stands for one union on one day: for each thing localised, the row of the nearest union wins,
 * and of its rows the latest in force. The rest stays as it is.
 * @param rows only rows of the applicant's own union and those above it; the tree is the caller's.
 * @throws Error when a row changes what the definition does not let unions change.
 */
export function localise<Definition extends ItemDefinition>(
  definition: Definition,
  rows: readonly LocalRow[],
  on: IsoDate,
): Definition {
  for (const { what, unionPath } of rows) {
    if (!definition.localisable.includes(what)) {
      throw new Error(`${definition.code}: ${what} is not localisable (row of ${unionPath})`);
    }
  }
  const local: Definition = { ...definition };
  const limit = nearest(rows, 'limit', on);
  if (limit && local.limit) local.limit = { ...local.limit, times: limit.times };
  const promise = nearest(rows, 'promise', on);
  if (promise) local.promise = { workingDays: promise.workingDays };
  const amount = nearest(rows, 'amount', on);
  if (amount && local.kind === 'benefit') {
    local.amount = { ...local.amount, rows: localRates(local.amount.rows, amount) };
  }
  return local;
}

/** The federation's rates until the local one begins, then the local one: a stay before it keeps its old rate. */
function localRates(
  rows: readonly AmountRow[],
  local: { from: IsoDate; fen: number; basis?: string },
): AmountRow[] {
  const { from, fen, basis } = local;
  return [...rows.filter((row) => row.from < from), { from, fen, ...(basis === undefined ? {} : { basis }) }];
}

function nearest<What extends Localisable>(
  rows: readonly LocalRow[],
  what: What,
  on: IsoDate,
): Extract<LocalRow, { what: What }> | null {
  let found: Extract<LocalRow, { what: What }> | null = null;
  for (const row of rows) {
    if (row.what !== what || row.from > on || (row.to ?? '9999-12-31') < on) continue;
    const candidate = row as Extract<LocalRow, { what: What }>;
    if (found === null || beats(candidate, found)) found = candidate;
  }
  return found;
}

function beats(a: LocalRow, b: LocalRow): boolean {
  return a.unionPath.length === b.unionPath.length
    ? a.from > b.from
    : a.unionPath.length > b.unionPath.length;
}
