import {
  fieldsOf,
  maskAnswer,
  type Answers,
  type AnswerValue,
  type ItemDefinition,
} from '@smart-union/catalogue-kit';
import type { Ctx } from '../../kernel/context.ts';
import type { Sealed } from '../../kernel/sealed.ts';
import type { CaseRecord } from './case-record.ts';

const place = (caseId: string) => ({ table: 'case', column: 'answers_sealed', row: caseId });

/** Splits answers into those kept as they are and the sensitive ones, which are sealed together. */
export function sealAnswers(ctx: Ctx, definition: ItemDefinition, caseId: string, answers: Answers) {
  const plain: Answers = {};
  const secret: Answers = {};
  for (const field of fieldsOf(definition)) {
    const value = answers[field.id];
    if (value !== undefined) (field.sensitive ? secret : plain)[field.id] = value;
  }
  const sealed: Sealed | null =
    Object.keys(secret).length > 0 ? ctx.pii.seal(place(caseId), JSON.stringify(secret)) : null;
  return { plain, sealed };
}

/** The sensitive answers, opened by the machine: for checks, payment and masks. A person opens them by `disclose`. */
export function openAnswers(ctx: Ctx, record: Pick<CaseRecord, 'id' | 'answersSealed'>): Answers {
  return record.answersSealed
    ? (JSON.parse(ctx.pii.unseal(place(record.id), record.answersSealed)) as Answers)
    : {};
}

/** All answers, sensitive ones opened. */
export const wholeAnswers = (
  ctx: Ctx,
  record: Pick<CaseRecord, 'id' | 'answersSealed' | 'plainAnswers'>,
): Answers => Object.assign({}, record.plainAnswers, openAnswers(ctx, record));

/** Answers as they may be shown: sensitive ones masked. */
export function maskedAnswers(definition: ItemDefinition, answers: Answers): Answers {
  const shown: Answers = {};
  for (const field of fieldsOf(definition)) {
    const value: AnswerValue | undefined = answers[field.id];
    if (value !== undefined) shown[field.id] = field.sensitive ? maskAnswer(field, value) : value;
  }
  return shown;
}

/**
 * Puts what the phone sent over what is kept. The phone has only the mask of a sealed answer, so a sealed answer sent
 * back as its mask, or left out, stays what it was.
 */
export function mergeAnswers(
  definition: ItemDefinition,
  kept: Answers,
  sent: Record<string, unknown>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const field of fieldsOf(definition)) {
    const before = kept[field.id];
    const now = sent[field.id];
    const untouched =
      field.sensitive &&
      before !== undefined &&
      (now === undefined || now === '' || now === maskAnswer(field, before));
    merged[field.id] = untouched ? before : now;
  }
  return merged;
}
