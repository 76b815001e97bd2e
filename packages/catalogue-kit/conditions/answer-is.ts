import type { ConditionKind } from './condition.ts';

/** A field and the answer it must have; an empty field has none. */
export type AnswerIsParams = { field: string; value: string | boolean };

/** Holds when a choice or a yes/no was answered so. */
export const answerIs: ConditionKind<AnswerIsParams> = {
  title: '某项的回答是',
  titleEn: 'An answer is',
  params: {
    field: { type: 'field', of: ['choice', 'yes-no'], label: '哪一项', labelEn: 'Field' },
    value: { type: 'answer', label: '回答', labelEn: 'Answer' },
  },
  holds: ({ field, value }, { answers }) => answers[field] === value,
};
