import { checkAnswers } from '@smart-union/catalogue-kit/check-answers.ts';
import { checkBankCard } from '@smart-union/catalogue-kit/checks/bank-card.ts';
import type { FieldGroup } from '@smart-union/catalogue-kit/definition.ts';
import { today } from '../../format.ts';
import { inLanguage } from '../../texts/index.ts';
import type { Answers } from './draft.ts';

/** What is wrong with each answer, by field id, in the language shown. The server checks the same again. */
export function faultsOf(
  form: FieldGroup[],
  answers: Answers,
  sealed: Record<string, string>,
): Record<string, string> {
  const checked = checkAnswers({ form }, answers, { today: today(), alreadySealed: Object.keys(sealed) });
  const faults: Record<string, string> = {};
  for (const fault of checked.faults) faults[fault.field] = inLanguage(fault.reason, fault.reasonEn);
  for (const field of form.flatMap((group) => group.fields)) {
    const card = answers[field.id];
    if (field.kind !== 'bank-card' || typeof card !== 'string' || card === '') continue;
    const verdict = checkBankCard(card);
    if (!verdict.ok)
      faults[field.id] ??= inLanguage(
        verdict.reason,
        'This card number is not right; please check it digit by digit against the card.',
      );
  }
  return faults;
}
