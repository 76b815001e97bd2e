import type { FieldBase, FieldOptions, FieldRules } from './field.ts';
import { givenSealed } from './field.ts';
import { paragraphs } from './plain-text.ts';
import { lengthFault, readText } from './text.ts';

/** Text of several lines. */
export type LongTextField = FieldBase<'long-text'> & {
  minLength?: number;
  /** In characters; 1000 when not given. */
  maxLength?: number;
};

const DEFAULT_MAX_LENGTH = 1000;

/** Declares a text of several lines. */
export function longText(
  id: string,
  label: string,
  options: FieldOptions<LongTextField> = {},
): LongTextField {
  return { kind: 'long-text', id, label, required: true, ...options };
}

/** How a text of several lines is read and judged. */
export const longTextRules: FieldRules<LongTextField, string> = {
  title: '多行文字',
  titleEn: 'Long text',
  ask: '填写',
  options: {
    minLength: { type: 'count', min: 1, max: 10_000, label: '最少字数', labelEn: 'At least', optional: true },
    maxLength: { type: 'count', min: 1, max: 10_000, label: '最多字数', labelEn: 'At most', optional: true },
  },
  read: (field, raw) => readText(field, raw, paragraphs),
  fault: (field, value) => lengthFault(field, value, DEFAULT_MAX_LENGTH),
  mask: () => givenSealed.zh,
};
