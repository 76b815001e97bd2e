import { compact } from '../checks/digits.ts';
import type { IsoDate } from '../dates.ts';
import { dateEn, dateZh, isIsoDate } from '../dates.ts';
import type { AnswerContext, FieldBase, FieldOptions, FieldRules } from './field.ts';
import { nameEn, unreadable } from './field.ts';

/** A day named directly (`2018-01-01`), `today`, or the id of another date field of the form. */
type DateBound = string;

/** A calendar date. Both bounds are included. */
export type DateField = FieldBase<'date'> & { notBefore?: DateBound; notAfter?: DateBound };

/** Declares a date. */
export function date(id: string, label: string, options: FieldOptions<DateField> = {}): DateField {
  return { kind: 'date', id, label, required: true, ...options };
}

type Bound = { on: IsoDate; zh: string; en: string };

/** Finds what a bound means now; null when it names a field not answered yet. */
function boundOf(bound: DateBound | undefined, context: AnswerContext): Bound | null {
  if (bound === undefined) return null;
  if (bound === 'today') return { on: context.today, zh: '今天', en: 'today' };
  if (isIsoDate(bound)) return { on: bound, zh: ` ${dateZh(bound)}`, en: dateEn(bound) };
  const other = context.answers[bound];
  if (!isIsoDate(other)) return null;
  const { label, labelEn } = context.labelOf(bound);
  return { on: other, zh: `${label}（${dateZh(other)}）`, en: `${labelEn} (${dateEn(other)})` };
}

/** How a date is read and judged. */
export const dateRules: FieldRules<DateField, IsoDate> = {
  title: '日期',
  titleEn: 'Date',
  ask: '选择',
  options: {
    notBefore: { type: 'date-bound', label: '不早于', labelEn: 'Not before', optional: true },
    notAfter: { type: 'date-bound', label: '不晚于', labelEn: 'Not after', optional: true },
  },
  read: (field, raw) => {
    if (raw === undefined || raw === null || raw === '') return { empty: true };
    const value = typeof raw === 'string' ? compact(raw) : raw;
    if (value === '') return { empty: true };
    return isIsoDate(value) ? { value } : unreadable(field, '真实存在的日期，例如 2026-11-21', 'a date');
  },
  fault: (field, value, context) => {
    const [earliest, latest] = [boundOf(field.notBefore, context), boundOf(field.notAfter, context)];
    if (earliest && value < earliest.on) {
      return {
        reason: `${field.label}不能早于${earliest.zh}，请核对。`,
        reasonEn: `${nameEn(field)} cannot be before ${earliest.en}; please check.`,
      };
    }
    if (latest && value > latest.on) {
      return {
        reason: `${field.label}不能晚于${latest.zh}，请核对。`,
        reasonEn: `${nameEn(field)} cannot be after ${latest.en}; please check.`,
      };
    }
    return null;
  },
  mask: () => '****-**-**',
};
