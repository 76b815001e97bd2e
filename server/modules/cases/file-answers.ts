import { checkAnswers, fieldsOf, type Answers, type ItemDefinition } from '@smart-union/catalogue-kit';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { attachFiles } from '../../kernel/files.ts';
import type { CaseRecord } from './case-record.ts';

/** The checked answers of a form about to be submitted. Throws `case-incomplete` with a reason per field. */
export function completeAnswers(ctx: Ctx, definition: ItemDefinition, answers: Answers): Answers {
  const checked = checkAnswers(definition, answers, { today: ctx.today });
  if (!checked.ok) {
    throw new DomainError(
      'case-incomplete',
      {},
      checked.faults.map(({ field, reason, reasonEn }) => ({ field, reason, reasonEn })),
    );
  }
  return checked.answers;
}

/** Ties the uploaded evidence to the case, so that those who decide may see it. Returns their ids. */
export async function attachEvidence(
  ctx: Ctx,
  definition: ItemDefinition,
  record: CaseRecord,
  answers: Answers,
): Promise<string[]> {
  const attached: string[] = [];
  for (const field of fieldsOf(definition)) {
    const ids = answers[field.id];
    if (field.kind !== 'files' || !Array.isArray(ids)) continue;
    await attachFiles(ctx, {
      ids,
      caseId: record.id,
      field: field.id,
      unionPath: record.unionPath,
      memberId: record.memberId,
    });
    attached.push(...ids);
  }
  return attached;
}
