import { stagesFor } from '@smart-union/catalogue-kit';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { filedCase, moveCase } from './advance.ts';
import { wholeAnswers } from './answers.ts';
import { lockCase, notOpen, receiptOf } from './case-record.ts';
import { getItemVersion } from './catalogue-items.ts';
import { readDesk, signatureOf, standsIn } from './deciders.ts';
import { tellCancelled } from './messages.ts';
import { ownerOf } from './owners.ts';
import { writeDecision } from './write-decision.ts';

type Cases = typeof contract.cases;

/**
 * Takes back an approval given in error, while its owner can still undo what followed from it. By another holder of the
 * approver's permission: not by whoever approved it at any desk, nor by the applicant.
 */
export async function cancelApproval(
  ctx: Ctx,
  { params, body }: InputOf<Cases['cancelApproval']>,
): Promise<ReplyOf<Cases['cancelApproval']>> {
  const found = await lockCase(ctx, params.id);
  const by = signatureOf(ctx, 'cases.approve', found.unionPath);
  if (!by) throw new DomainError('thing-not-found');
  if (found.status !== 'approved') throw notOpen(found.status);
  const { definition } = await getItemVersion(ctx, found.itemCode, found.itemVersion);
  const filed = filedCase(found, definition, wholeAnswers(ctx, found));
  const stand = standsIn(ctx, found.memberId, await readDesk(ctx, found.id, found.memberId));
  if (stand === 'applicant') throw new DomainError('decision-own-case');
  if (stand === 'approver') throw new DomainError('cancel-same-person');
  await ownerOf(definition.kind).cancelled(ctx, filed);
  const route = stagesFor(definition.route, { answers: filed.answers as never, amountFen: filed.amountFen });
  await writeDecision(ctx, filed, { stage: route.at(-1)!.id, outcome: 'cancel', by, note: body.reason });
  await moveCase(ctx, filed, { status: 'declined', stage: null, dueOn: null, decided: true });
  await record(ctx, {
    kind: 'case.cancelled',
    subject: 'case',
    subjectId: filed.id,
    unionPath: filed.unionPath,
    data: {
      reason: body.reason,
      amountFen: filed.amountFen,
      ...(by.actsFor ? { actsFor: by.actsFor.name } : {}),
    },
  });
  await tellCancelled(ctx, filed, by.office, body.reason);
  return receiptOf(filed);
}
