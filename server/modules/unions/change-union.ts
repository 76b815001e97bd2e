import { unionNameKey } from '@smart-union/catalogue-kit/checks/union-name.ts';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { pinyinOf } from '../../kernel/pinyin.ts';
import { addDeltas } from '../../kernel/rollups.ts';
import type { UnionChange, UnionState } from './events.ts';
import { addUnionEvent, moveUnion } from './move-union.ts';

/** A union as it stands, with what a change needs to know of it. */
export interface StandingUnion {
  id: string;
  path: string;
  state: UnionState;
}

/**
 * Sets some of a union's values from today on, with one event for the move and one for the rest. `set` holds only values
 * that differ from `union.state`.
 */
export async function changeUnion(ctx: Ctx, union: StandingUnion, set: Partial<UnionState>): Promise<void> {
  const { superiorId, ...rest } = set;
  const place = superiorId ? await moveUnion(ctx, { unionId: union.id, superiorId }) : union;
  const keys = Object.keys(rest) as (keyof typeof rest)[];
  if (keys.length === 0) return;
  await ctx.db
    .updateTable('union')
    .set({
      ...(rest.name && {
        name: rest.name,
        name_key: unionNameKey(rest.name),
        ...pinyinOf(rest.name, 'organisation'),
      }),
      ...(rest.levelCode && { level_code: rest.levelCode }),
      ...(rest.formCode && { form_code: rest.formCode }),
      ...(rest.uscc !== undefined && { uscc: rest.uscc }),
      ...(rest.employerName !== undefined && { employer_name: rest.employerName }),
      ...(rest.foundedOn !== undefined && { founded_on: rest.foundedOn }),
      ...(rest.approvalNumber !== undefined && { approval_number: rest.approvalNumber }),
      ...(rest.staffCount !== undefined && { staff_count: rest.staffCount }),
      updated_at: ctx.now,
    })
    .where('id', '=', union.id)
    .execute();
  const was = Object.fromEntries(keys.map((key) => [key, union.state[key]]));
  const change: UnionChange = { set: rest, was };
  await addUnionEvent(ctx, union.id, 'union.changed', change);
  if (rest.staffCount !== undefined) {
    const amount = (rest.staffCount ?? 0) - (union.state.staffCount ?? 0);
    await addDeltas(ctx, [{ unionPath: place.path, metric: 'employees', period: '', amount }]);
  }
  await record(ctx, {
    kind: 'union.changed',
    subject: 'union',
    subjectId: union.id,
    unionPath: place.path,
    data: { fields: keys },
  });
}
