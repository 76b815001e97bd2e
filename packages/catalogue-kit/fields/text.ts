import type { FieldBase, FieldOptions, FieldRules, Read, Told } from './field.ts';
import { givenSealed, nameEn, unreadable } from './field.ts';
import { lengthOf, oneLine } from './plain-text.ts';

/** One line of text. With `sensitive: true` it suits a diagnosis. */
export type TextField = FieldBase<'text'> & {
  minLength?: number;
  /** In characters; 100 when not given. */
  maxLength?: number;
};

const DEFAULT_MAX_LENGTH = 100;

/** Declares a line of text. */
export function text(id: string, label: string, options: FieldOptions<TextField> = {}): TextField {
  return { kind: 'text', id, label, required: true, ...options };
}

/** How a line of text is read and judged. */
export const textRules: FieldRules<TextField, string> = {
  title: '单行文字',
  titleEn: 'Text',
  ask: '填写',
  options: {
    minLength: { type: 'count', min: 1, max: 1000, label: '最少字数', labelEn: 'At least', optional: true },
    maxLength: { type: 'count', min: 1, max: 1000, label: '最多字数', labelEn: 'At most', optional: true },
  },
  read: (field, raw) => readText(field, raw, oneLine),
  fault: (field, value) => lengthFault(field, value, DEFAULT_MAX_LENGTH),
  mask: () => givenSealed.zh,
};

/** Reads text of one kind or another; what remains empty after `clean` counts as not entered. */
export function readText(
  field: FieldBase<'text'> | FieldBase<'long-text'>,
  raw: unknown,
  clean: (text: string) => string,
): Read<string> {
  if (raw === undefined || raw === null) return { empty: true };
  if (typeof raw !== 'string') return unreadable(field, '文字', 'text');
  const value = clean(raw);
  return value === '' ? { empty: true } : { value };
}

/** The fault of text that is too short or too long. */
export function lengthFault(
  field: { label: string; labelEn?: string; minLength?: number; maxLength?: number },
  value: string,
  defaultMax: number,
): Told | null {
  const [length, min, max] = [lengthOf(value), field.minLength ?? 1, field.maxLength ?? defaultMax];
  if (length < min) {
    return {
      reason: `${field.label}至少写 ${min} 个字，现在是 ${length} 个字。`,
      reasonEn: `${nameEn(field)} needs at least ${min} characters; it has ${length}.`,
    };
  }
  if (length > max) {
    return {
      reason: `${field.label}最多 ${max} 个字，现在是 ${length} 个字，请删减。`,
      reasonEn: `${nameEn(field)} may have at most ${max} characters; it has ${length}.`,
    };
  }
  return null;
}
