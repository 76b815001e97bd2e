import { sql } from 'kysely';
import { checkAnswers, fieldsOf, type Answers, type ItemDefinition } from '@smart-union/catalogue-kit';
import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { bankCardOf } from '../members/index.ts';
import { lockTree } from '../unions/index.ts';
import { mergeAnswers, sealAnswers, wholeAnswers } from './answers.ts';
import { lockOwnCase, notOpen } from './case-record.ts';
import { getItem, getItemVersion } from './catalogue-items.ts';
import { getMyCase } from './my-cases.ts';
import { ownerOf } from './owners.ts';

type Cases = typeof contract.cases;

/** Opens a draft, or gives back the one already open. The owner refuses with the reason before anything is filled in. */
export async function openCase(ctx: Ctx, { body }: InputOf<Cases['open']>): Promise<ReplyOf<Cases['open']>> {
  const { actor } = ctx;
  if (actor.kind !== 'member') throw new DomainError('permission-missing');
  const { memberId } = actor;
  // Before the member's union is read: a draft is not opened at a place that is being moved.
  await lockTree(ctx, 'use');
  const draft = await ctx.db
    .selectFrom('case')
    .select('id')
    .where('member_id', '=', memberId)
    .where('item_code', '=', body.itemCode)
    .where('status', '=', 'draft')
    .executeTakeFirst();
  const item = await getItem(ctx, body.itemCode);
  await ownerOf(item.definition.kind).mayOpen(ctx, item.definition, memberId);
  if (draft) return getMyCase(ctx, draft.id);
  const id = ctx.id();
  const member = await ctx.db
    .selectFrom('member')
    .select(['name', 'union_id', 'union_path'])
    .where('id', '=', memberId)
    .executeTakeFirstOrThrow();
  const { plain, sealed } = sealAnswers(
    ctx,
    item.definition,
    id,
    await knownAnswers(ctx, item.definition, memberId),
  );
  const inserted = await ctx.db
    .insertInto('case')
    .values({
      id,
      kind: item.definition.kind,
      item_code: item.code,
      item_version: item.version,
      member_id: memberId,
      applicant_name: member.name,
      union_id: member.union_id,
      union_path: member.union_path,
      status: 'draft',
      answers: JSON.stringify(plain),
      answers_sealed: sealed,
      opened_at: ctx.now,
      updated_at: ctx.now,
    })
    // Two taps at once: the other one opened it. A literal, since a prepared statement's parameter matches no partial index.
    .onConflict((conflict) =>
      conflict.columns(['member_id', 'item_code']).where('status', '=', sql.lit('draft')).doNothing(),
    )
    .returning('id')
    .executeTakeFirst();
  if (!inserted) return openCase(ctx, { body, params: undefined, query: undefined });
  await record(ctx, { kind: 'case.opened', subject: 'case', subjectId: id, unionPath: member.union_path });
  return getMyCase(ctx, id);
}

/** What need not be asked again: the card she was paid to before, sealed and shown as its mask. */
async function knownAnswers(ctx: Ctx, definition: ItemDefinition, memberId: string): Promise<Answers> {
  const field = fieldsOf(definition).find((one) => one.kind === 'bank-card');
  const card = field ? await bankCardOf(ctx, memberId) : null;
  return field && card ? { [field.id]: card.number } : {};
}

/** Keeps a draft or a returned case. Anything readable is kept; faults say what is still missing. */
export async function saveAnswers(
  ctx: Ctx,
  { params, body }: InputOf<Cases['saveAnswers']>,
): Promise<ReplyOf<Cases['saveAnswers']>> {
  const found = await lockOwnCase(ctx, params.id);
  if (found.status !== 'draft' && found.status !== 'returned') throw notOpen(found.status);
  if (found.version !== body.version) throw new DomainError('version-stale');
  const { definition } = await getItemVersion(ctx, found.itemCode, found.itemVersion);
  const merged = mergeAnswers(definition, wholeAnswers(ctx, found), body.answers);
  const checked = checkAnswers(definition, merged, { today: ctx.today });
  const { plain, sealed } = sealAnswers(ctx, definition, found.id, checked.answers as Answers);
  const version = found.version + 1;
  await ctx.db
    .updateTable('case')
    .set({ answers: JSON.stringify(plain), answers_sealed: sealed, version, updated_at: ctx.now })
    .where('id', '=', found.id)
    .execute();
  return { version, faults: checked.faults };
}
