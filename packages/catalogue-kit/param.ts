/** The kinds of field a form may have; one file each in `fields/`. */
export type FieldKind =
  | 'text'
  | 'long-text'
  | 'date'
  | 'number'
  | 'money'
  | 'choice'
  | 'yes-no'
  | 'files'
  | 'bank-card'
  | 'id-number';

/**
 * The shape of one parameter of a rule, condition, amount or field kind, as data: a stored definition is checked
 * against it, references to fields are followed by it, and an editor can draw its input from it.
 */
export type ParamSpec = { label: string; labelEn: string; optional?: true } & (
  | { type: 'count'; min: number; max?: number }
  | { type: 'text'; maxLength: number }
  /** The id of a field of this form, of one of these kinds. */
  | { type: 'field'; of: readonly FieldKind[] }
  /** A date, `today`, or the id of a date field of this form. */
  | { type: 'date-bound' }
  | { type: 'number' | 'fen' | 'flag' | 'answer' | 'choices' | 'file-types' | 'amounts' }
);

/** A spec for each parameter, none forgotten. */
export type ParamSpecs<Params> = { [Name in keyof Params]-?: ParamSpec };
