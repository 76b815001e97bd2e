import { checkBankCard, maskBankCard } from '../checks/bank-card.ts';
import { compact } from '../checks/digits.ts';
import type { FieldBase, FieldOptions, FieldRules } from './field.ts';
import { unreadable } from './field.ts';

/** The number of the bank card to pay to. Always sealed. */
export type BankCardField = FieldBase<'bank-card'> & { sensitive: true };

/** Declares a bank card number. */
export function bankCard(
  id: string,
  label: string,
  options: Omit<FieldOptions<BankCardField>, 'sensitive'> = {},
): BankCardField {
  return { kind: 'bank-card', id, label, required: true, ...options, sensitive: true };
}

/** How a card number is read and judged; people type it in groups of four. */
export const bankCardRules: FieldRules<BankCardField, string> = {
  title: '银行卡号',
  titleEn: 'Bank card',
  ask: '填写',
  options: {},
  read: (field, raw) => {
    if (raw === undefined || raw === null) return { empty: true };
    if (typeof raw !== 'string') return unreadable(field, '银行卡号', 'a card number');
    const value = compact(raw).replace(/-/g, '');
    return value === '' ? { empty: true } : { value };
  },
  fault: (_field, value) => {
    const checked = checkBankCard(value);
    if (checked.ok) return null;
    return { reason: checked.reason, reasonEn: checked.reasonEn };
  },
  mask: maskBankCard,
};
