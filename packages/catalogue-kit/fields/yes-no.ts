import type { FieldBase, FieldOptions, FieldRules } from './field.ts';
import { givenSealed, nameEn, unreadable } from './field.ts';

/** Yes or no. With `mustBeYes` it is a declaration one must agree to. */
export type YesNoField = FieldBase<'yes-no'> & { mustBeYes?: boolean };

/** Declares a yes-or-no question. */
export function yesNo(id: string, label: string, options: FieldOptions<YesNoField> = {}): YesNoField {
  return { kind: 'yes-no', id, label, required: true, ...options };
}

/** How a yes or no is read and judged. */
export const yesNoRules: FieldRules<YesNoField, boolean> = {
  title: '是否',
  titleEn: 'Yes or no',
  ask: '选择',
  options: { mustBeYes: { type: 'flag', label: '必须选“是”', labelEn: 'Must be yes', optional: true } },
  read: (field, raw) => {
    if (raw === undefined || raw === null) return { empty: true };
    return typeof raw === 'boolean' ? { value: raw } : unreadable(field, '“是”或“否”', 'yes or no');
  },
  fault: (field, value) =>
    field.mustBeYes && !value
      ? {
          reason: `需要勾选“${field.label}”才能提交。`,
          reasonEn: `Please agree to “${nameEn(field)}” to continue.`,
        }
      : null,
  mask: () => givenSealed.zh,
};
