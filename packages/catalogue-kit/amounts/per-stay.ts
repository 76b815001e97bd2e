import { valueOn } from '../dated.ts';
import { isIsoDate } from '../dates.ts';
import { fenOf, yuanText } from '../money.ts';
import type { AmountKind, AmountRow, YuanRow } from './amount.ts';

/** One sum for each stay in hospital, as in force on the day the stay began – not the day it is applied for. */
export type PerStayAmount = { kind: 'per-stay'; rows: AmountRow[]; dateField: string };

/** Declares a sum per stay, in yuan: `perStay('admittedOn', [{ from: '2018-01-01', yuan: 100 }])`. */
export function perStay(dateField: string, rows: YuanRow[]): PerStayAmount {
  return {
    kind: 'per-stay',
    dateField,
    rows: rows.map(({ yuan, ...row }) => ({ ...row, fen: fenOf(yuan) })),
  };
}

/** How a sum per stay is worked out: by today's rate while the date is still to be filled in. */
export const perStayKind: AmountKind<PerStayAmount> = {
  title: '按住院次数',
  titleEn: 'Per stay in hospital',
  params: {
    rows: { type: 'amounts', label: '每次金额', labelEn: 'Amount per stay' },
    dateField: { type: 'field', of: ['date'], label: '按哪一天的标准', labelEn: 'Rate of which day' },
  },
  fen: ({ rows, dateField }, { today, answers }) => {
    const began = answers?.[dateField];
    return valueOn(rows, isIsoDate(began) ? began : today)?.fen ?? null;
  },
  text: (fen) => ({ zh: `每次住院 ${yuanText(fen)}`, en: `${yuanText(fen)} per stay in hospital` }),
};
