import type { ConditionKind } from './condition.ts';

/** Whole fen. */
export type AmountAtLeastParams = { fen: number };

/** Holds when the sum to be paid reaches a threshold: larger sums go one desk further. */
export const amountAtLeast: ConditionKind<AmountAtLeastParams> = {
  title: '金额达到',
  titleEn: 'Amount reaches',
  params: { fen: { type: 'fen', label: '金额', labelEn: 'Amount' } },
  holds: ({ fen }, { amountFen }) => amountFen !== null && amountFen >= fen,
};
