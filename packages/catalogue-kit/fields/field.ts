import type { IsoDate } from '../dates.ts';
import type { Answers, AnswerValue } from '../facts.ts';
import type { FieldKind, ParamSpecs } from '../param.ts';

/** What every field has, whatever its kind. */
export type FieldBase<Kind extends FieldKind> = {
  kind: Kind;
  /** camelCase, unique in the form; the key of the answer. */
  id: string;
  label: string;
  labelEn?: string;
  /** Why we ask, or what to enter, in a line. */
  hint?: string;
  hintEn?: string;
  required: boolean;
  /** Sealed at rest, shown masked; read in full only by a cadre who gives a reason, and the member sees who did. */
  sensitive?: boolean;
};

/** The constraints a kind adds to {@link FieldBase}. */
type OwnOptions<Field extends FieldBase<FieldKind>> = Omit<Field, keyof FieldBase<FieldKind>>;

/** What a builder takes beside id and label. Fields are required unless it says otherwise. */
export type FieldOptions<Field extends FieldBase<FieldKind>> = Omit<
  Field,
  'kind' | 'id' | 'label' | 'required'
> & { required?: boolean };

/** One thing said in both languages. */
export type Told = { reason: string; reasonEn: string };

/** Stands for a sealed answer that has no end to show; this is what is kept and sent, the faces say it in their language. */
export const givenSealed = { zh: '已填写（保密）', en: 'given (kept sealed)' };

/** What became of a raw answer: nothing was entered, it could be read, or it could not. */
export type Read<Value extends AnswerValue> = { empty: true } | { value: Value } | { fault: Told };

/** What a constraint may look at. */
export type AnswerContext = {
  today: IsoDate;
  /** All answers that could be read. */
  answers: Answers;
  /** How another field of this form is called. */
  labelOf: (id: string) => { label: string; labelEn: string };
};

/** One kind of field: how an answer is read, judged and masked, and which constraints it knows. */
export type FieldRules<Field extends FieldBase<FieldKind>, Value extends AnswerValue> = {
  title: string;
  titleEn: string;
  options: ParamSpecs<OwnOptions<Field>>;
  /** The word for answering it: 请填写…, 请选择…, 请上传…. */
  ask: '填写' | '选择' | '上传';
  /** Turns what a browser sent into what is kept; tolerant of spaces and full-width digits, strict on type. */
  read: (field: Field, raw: unknown) => Read<Value>;
  /** The first constraint it breaks, or null. */
  fault: (field: Field, value: Value, context: AnswerContext) => Told | null;
  /** What may be shown of a sensitive answer without opening it. */
  mask: (value: Value) => string;
};

/** The English name of a field, or the Chinese where it has none. */
export function nameEn(field: { label: string; labelEn?: string }): string {
  return field.labelEn ?? field.label;
}

/** The fault of an answer that is not of the kind asked for. */
export function unreadable(
  field: FieldBase<FieldKind>,
  expected: string,
  expectedEn: string,
): { fault: Told } {
  return {
    fault: {
      reason: `${field.label}应为${expected}，请重新填写。`,
      reasonEn: `${nameEn(field)} must be ${expectedEn}; please enter it again.`,
    },
  };
}
