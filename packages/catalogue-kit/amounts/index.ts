import type { AmountFacts, AmountKind } from './amount.ts';
import type { FixedAmount } from './fixed.ts';
import { fixedKind } from './fixed.ts';
import type { PerStayAmount } from './per-stay.ts';
import { perStayKind } from './per-stay.ts';

type Kinds = { fixed: FixedAmount; 'per-stay': PerStayAmount };

/** How much is paid. */
export type Amount = Kinds[keyof Kinds];

/** What each kind of amount knows of itself. */
export const amountKinds: { [Kind in keyof Kinds]: AmountKind<Kinds[Kind]> } = {
  fixed: fixedKind,
  'per-stay': perStayKind,
};

function kindOf(amount: Amount): AmountKind<Amount> {
  // Each entry of the table is typed for its own kind; the kind found through the amount itself cannot be another.
  return amountKinds[amount.kind] as unknown as AmountKind<Amount>;
}

/** Whole fen due for these answers; null when no sum is in force on the day that counts. */
export function amountFen(amount: Amount, facts: AmountFacts): number | null {
  return kindOf(amount).fen(amount, facts);
}

/** The sum in words, for the page that explains the item. */
export function amountText(amount: Amount, fen: number): { zh: string; en: string } {
  return kindOf(amount).text(fen);
}
