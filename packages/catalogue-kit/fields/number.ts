import { compact } from '../checks/digits.ts';
import type { FieldBase, FieldOptions, FieldRules, Read } from './field.ts';
import { nameEn, unreadable } from './field.ts';

/** A number that is not money: people, days, square metres. Bounds included. */
export type NumberField = FieldBase<'number'> & {
  min?: number;
  max?: number;
  /** Digits after the point; 0 – whole numbers – when not given. */
  decimals?: number;
  /** 人, 天, 平方米: shown after the number. */
  unit?: string;
};

/** Declares a number. */
export function number(id: string, label: string, options: FieldOptions<NumberField> = {}): NumberField {
  return { kind: 'number', id, label, required: true, ...options };
}

const NUMBER = /^-?\d{1,15}(?:\.\d{1,6})?$/;

/** Reads a JSON number, or digits as people type them: full-width, with thousands commas. */
function readNumber(field: NumberField, raw: unknown): Read<number> {
  if (raw === undefined || raw === null) return { empty: true };
  if (typeof raw === 'number' && Number.isFinite(raw)) return { value: raw };
  if (typeof raw !== 'string') return unreadable(field, '数字', 'a number');
  const digits = compact(raw).replace(/,/g, '');
  if (digits === '') return { empty: true };
  return NUMBER.test(digits) ? { value: Number(digits) } : unreadable(field, '数字', 'a number');
}

/** How a number is read and judged. */
export const numberRules: FieldRules<NumberField, number> = {
  title: '数字',
  titleEn: 'Number',
  ask: '填写',
  options: {
    min: { type: 'number', label: '最小', labelEn: 'Smallest', optional: true },
    max: { type: 'number', label: '最大', labelEn: 'Largest', optional: true },
    decimals: { type: 'count', min: 0, max: 6, label: '小数位数', labelEn: 'Decimals', optional: true },
    unit: { type: 'text', maxLength: 10, label: '单位', labelEn: 'Unit', optional: true },
  },
  read: readNumber,
  fault: (field, value) => {
    const [decimals, unit] = [field.decimals ?? 0, field.unit ? ` ${field.unit}` : ''];
    if (Number(value.toFixed(decimals)) !== value) {
      return decimals === 0
        ? { reason: `${field.label}请填整数。`, reasonEn: `${nameEn(field)} must be a whole number.` }
        : {
            reason: `${field.label}最多保留 ${decimals} 位小数。`,
            reasonEn: `${nameEn(field)} may have at most ${decimals} decimals.`,
          };
    }
    if (field.min !== undefined && value < field.min) {
      return {
        reason: `${field.label}不能小于 ${field.min}${unit}。`,
        reasonEn: `${nameEn(field)} cannot be less than ${field.min}${unit}.`,
      };
    }
    if (field.max !== undefined && value > field.max) {
      return {
        reason: `${field.label}不能大于 ${field.max}${unit}。`,
        reasonEn: `${nameEn(field)} cannot be more than ${field.max}${unit}.`,
      };
    }
    return null;
  },
  mask: () => '***',
};
