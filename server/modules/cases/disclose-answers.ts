import { findField } from '@smart-union/catalogue-kit';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { disclose } from '../../kernel/pii/disclose.ts';
import { openAnswers } from './answers.ts';
import { getItemVersion } from './catalogue-items.ts';
import { findCaseInScope } from './get-case.ts';

type Cases = typeof contract.cases;

/** Sealed answers in full for a stated reason; the member reads who looked, when and why. */
export async function discloseAnswers(
  ctx: Ctx,
  { params, body }: InputOf<Cases['disclose']>,
): Promise<ReplyOf<Cases['disclose']>> {
  const found = await findCaseInScope(ctx, params.id);
  const { definition } = await getItemVersion(ctx, found.itemCode, found.itemVersion);
  const fields = body.fields.map((id) => findField(definition, id));
  if (fields.some((field) => !field?.sensitive)) throw new DomainError('thing-not-found');
  await disclose(ctx, {
    member: { id: found.memberId, unionPath: found.unionPath },
    fields: fields.map((field) => ({ title: field!.label, titleEn: field!.labelEn ?? field!.label })),
    reason: body.reason,
    caseId: found.id,
    caseNumber: found.number ?? '',
  });
  const answers = openAnswers(ctx, found);
  const values = body.fields.map((id) => [id, answers[id] === undefined ? null : String(answers[id])]);
  return { values: Object.fromEntries(values), hideAfterSeconds: 60 };
}
