import { compact } from '../checks/digits.ts';
import { checkIdNumber, maskIdNumber } from '../checks/id-number.ts';
import type { FieldBase, FieldOptions, FieldRules } from './field.ts';
import { nameEn, unreadable } from './field.ts';

/** A citizen's identity number (GB 11643), also of the residence permits for people of 港澳台. Always sealed. */
export type IdNumberField = FieldBase<'id-number'> & { sensitive: true };

/** Declares an identity number. */
export function idNumber(
  id: string,
  label: string,
  options: Omit<FieldOptions<IdNumberField>, 'sensitive'> = {},
): IdNumberField {
  return { kind: 'id-number', id, label, required: true, ...options, sensitive: true };
}

/** How an identity number is read and judged. */
export const idNumberRules: FieldRules<IdNumberField, string> = {
  title: '身份证号',
  titleEn: 'Identity number',
  ask: '填写',
  options: {},
  read: (field, raw) => {
    if (raw === undefined || raw === null) return { empty: true };
    if (typeof raw !== 'string') return unreadable(field, '身份证号', 'an identity number');
    const value = compact(raw);
    return value === '' ? { empty: true } : { value };
  },
  fault: (field, value, { today }) => {
    const checked = checkIdNumber(value, { today });
    if (checked.ok) return null;
    return {
      reason: checked.reason,
      reasonEn: `${nameEn(field)} is not right; please check it against the identity card.`,
    };
  },
  mask: maskIdNumber,
};
