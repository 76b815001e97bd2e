import type { Ctx } from '../../kernel/context.ts';
import { changeUnion } from './change-union.ts';
import { createUnions, type NewUnion } from './create-unions.ts';
import type { OnProgress } from './imports/kind.ts';
import { rosterImports } from './imports/roster-imports.ts';
import { judgeDirectory, type DirectoryPlan } from './judge-directory.ts';
import { unionFaultTitles } from './roster/faults.ts';

/** New unions first, in one go; then changes, which may move a union below one just made. */
async function applyDirectory(
  ctx: Ctx,
  { steps, ids }: DirectoryPlan,
  _id: string,
  onProgress: OnProgress,
): Promise<void> {
  const known = new Map(ids);
  const added: NewUnion[] = [];
  for (const { union, standing } of steps) {
    if (standing) continue;
    const { nameKey, superiorKey, superiorName: _name, ...rest } = union;
    const id = ctx.id();
    known.set(nameKey, id);
    added.push({ ...rest, id, superiorId: superiorKey === '' ? null : known.get(superiorKey)! });
  }
  await createUnions(ctx, added);
  const changed = steps.filter(({ standing, set }) => standing && Object.keys(set).length > 0);
  for (const [index, { union, standing, set }] of changed.entries()) {
    const move = set.superiorId === undefined ? {} : { superiorId: known.get(union.superiorKey)! };
    await changeUnion(ctx, standing!, { ...set, ...move });
    onProgress({ step: 'saving', done: index + 1, total: changed.length });
  }
}

export const unionRosters = rosterImports<DirectoryPlan>({
  noun: 'unions',
  fallbackName: '组织名录.xlsx',
  faultTitles: unionFaultTitles,
  judge: judgeDirectory,
  apply: applyDirectory,
});

/** Imports a directory of unions from a file in one transaction; for the command line. */
export const importUnionsFile = unionRosters.importFile;
