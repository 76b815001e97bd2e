import { compact } from '../checks/digits.ts';
import { yuanText } from '../money.ts';
import type { FieldBase, FieldOptions, FieldRules } from './field.ts';
import { nameEn, unreadable } from './field.ts';

/** An amount of money; the answer is whole fen. Bounds included. */
export type MoneyField = FieldBase<'money'> & { minFen?: number; maxFen?: number };

/** Declares an amount of money. */
export function money(id: string, label: string, options: FieldOptions<MoneyField> = {}): MoneyField {
  return { kind: 'money', id, label, required: true, ...options };
}

const YUAN = /^(\d{1,12})(?:\.(\d{1,2}))?$/;

/** Fen of what a person types in a box for yuan (`1,234.5`, `￥１００`); null when it is not an amount. */
export function fenFromYuanText(text: string): number | null {
  const found = YUAN.exec(compact(text).replace(/[,¥元]/g, ''));
  if (!found) return null;
  // Digit by digit, not times 100: binary fractions lose a fen on large sums.
  return Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'));
}

/** How an amount is read and judged. Over the wire it is a number of fen, never yuan and never text. */
export const moneyRules: FieldRules<MoneyField, number> = {
  title: '金额',
  titleEn: 'Money',
  ask: '填写',
  options: {
    minFen: { type: 'fen', label: '最低金额', labelEn: 'Smallest', optional: true },
    maxFen: { type: 'fen', label: '最高金额', labelEn: 'Largest', optional: true },
  },
  read: (field, raw) => {
    if (raw === undefined || raw === null) return { empty: true };
    if (typeof raw === 'number' && Number.isSafeInteger(raw) && raw >= 0) return { value: raw };
    return unreadable(field, '金额，例如 1234.50', 'an amount');
  },
  fault: (field, value) => {
    if (field.minFen !== undefined && value < field.minFen) {
      return {
        reason: `${field.label}不能少于 ${yuanText(field.minFen)}。`,
        reasonEn: `${nameEn(field)} cannot be less than ${yuanText(field.minFen)}.`,
      };
    }
    if (field.maxFen !== undefined && value > field.maxFen) {
      return {
        reason: `${field.label}不能超过 ${yuanText(field.maxFen)}。`,
        reasonEn: `${nameEn(field)} cannot be more than ${yuanText(field.maxFen)}.`,
      };
    }
    return null;
  },
  mask: () => '¥***',
};
