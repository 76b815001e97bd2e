import type { AnswerValue } from '../facts.ts';
import type { FieldKind } from '../param.ts';
import type { BankCardField } from './bank-card.ts';
import { bankCard, bankCardRules } from './bank-card.ts';
import type { ChoiceField } from './choice.ts';
import { choice, choiceRules } from './choice.ts';
import type { DateField } from './date.ts';
import { date, dateRules } from './date.ts';
import type { FieldRules } from './field.ts';
import type { FilesField } from './files.ts';
import { files, filesRules } from './files.ts';
import type { IdNumberField } from './id-number.ts';
import { idNumber, idNumberRules } from './id-number.ts';
import type { LongTextField } from './long-text.ts';
import { longText, longTextRules } from './long-text.ts';
import type { MoneyField } from './money.ts';
import { money, moneyRules } from './money.ts';
import type { NumberField } from './number.ts';
import { number, numberRules } from './number.ts';
import type { TextField } from './text.ts';
import { text, textRules } from './text.ts';
import type { YesNoField } from './yes-no.ts';
import { yesNo, yesNoRules } from './yes-no.ts';

/** The field and the answer of each kind. */
type Kinds = {
  text: { field: TextField; value: string };
  'long-text': { field: LongTextField; value: string };
  date: { field: DateField; value: string };
  number: { field: NumberField; value: number };
  money: { field: MoneyField; value: number };
  choice: { field: ChoiceField; value: string };
  'yes-no': { field: YesNoField; value: boolean };
  files: { field: FilesField; value: string[] };
  'bank-card': { field: BankCardField; value: string };
  'id-number': { field: IdNumberField; value: string };
};

/** Any field of a form. */
export type Field = Kinds[FieldKind]['field'];

/** Builders, one per kind: `field.date('admittedOn', '入院日期', { notAfter: 'today' })`. */
export const field = { text, longText, date, number, money, choice, yesNo, files, bankCard, idNumber };

/** What each kind knows of itself. */
export const fieldKinds: { [Kind in FieldKind]: FieldRules<Kinds[Kind]['field'], Kinds[Kind]['value']> } = {
  text: textRules,
  'long-text': longTextRules,
  date: dateRules,
  number: numberRules,
  money: moneyRules,
  choice: choiceRules,
  'yes-no': yesNoRules,
  files: filesRules,
  'bank-card': bankCardRules,
  'id-number': idNumberRules,
};

/** The rules of one field's kind, for callers that hold any field and any answer. */
export function rulesOf(field: Field): FieldRules<Field, AnswerValue> {
  // Each entry of the table is typed for its own kind; the kind found through the field itself cannot be another.
  return fieldKinds[field.kind] as unknown as FieldRules<Field, AnswerValue>;
}

/** A sensitive answer as it may be shown without opening it; other answers as text. */
export function maskAnswer(field: Field, value: AnswerValue): string {
  return rulesOf(field).mask(value);
}
