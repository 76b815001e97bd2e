import { valueOn } from '../dated.ts';
import { fenOf, yuanText } from '../money.ts';
import type { AmountKind, AmountRow, YuanRow } from './amount.ts';

/** The same sum for everyone, as in force on the day of application. */
export type FixedAmount = { kind: 'fixed'; rows: AmountRow[] };

/** Declares a fixed sum, in yuan: `fixed([{ from: '2018-01-01', yuan: 100 }])`. */
export function fixed(rows: YuanRow[]): FixedAmount {
  return { kind: 'fixed', rows: rows.map(({ yuan, ...row }) => ({ ...row, fen: fenOf(yuan) })) };
}

/** How a fixed sum is worked out. */
export const fixedKind: AmountKind<FixedAmount> = {
  title: '固定金额',
  titleEn: 'Fixed sum',
  params: { rows: { type: 'amounts', label: '金额', labelEn: 'Amounts' } },
  fen: ({ rows }, { today }) => valueOn(rows, today)?.fen ?? null,
  text: (fen) => ({ zh: yuanText(fen), en: yuanText(fen) }),
};
