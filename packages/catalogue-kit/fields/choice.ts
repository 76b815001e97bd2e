import type { FieldBase, FieldOptions, FieldRules } from './field.ts';
import { unreadable } from './field.ts';

/** One thing to choose. `value` is what is kept. */
type Choice = { value: string; label: string; labelEn?: string };

/** One out of a list. */
export type ChoiceField = FieldBase<'choice'> & { choices: Choice[] };

/** Declares a choice of one out of a list. */
export function choice(id: string, label: string, options: FieldOptions<ChoiceField>): ChoiceField {
  return { kind: 'choice', id, label, required: true, ...options };
}

/** How a choice is read and judged. */
export const choiceRules: FieldRules<ChoiceField, string> = {
  title: '单选',
  titleEn: 'Choice',
  ask: '选择',
  options: { choices: { type: 'choices', label: '选项', labelEn: 'Choices' } },
  read: (field, raw) => {
    if (raw === undefined || raw === null || raw === '') return { empty: true };
    const known = field.choices.some((choice) => choice.value === raw);
    return known ? { value: raw as string } : unreadable(field, '列出的选项之一', 'one of those listed');
  },
  fault: () => null,
  mask: () => '已选择（保密）',
};
