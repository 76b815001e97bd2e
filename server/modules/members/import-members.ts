import { setImmediate } from 'node:timers/promises';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { addDeltas } from '../../kernel/rollups.ts';
import { rosterImports, type RosterKind } from '../unions/index.ts';
import { changeMembers, countedAfter } from './change-members.ts';
import { commonPath, enrolMembers, type NewMember } from './enrol-members.ts';
import { judgeRoster, type RosterMember, type RosterPlan } from './judge-roster.ts';
import { memberFaultTitles } from './roster/faults.ts';
import { figureSums } from './segments.ts';

/** 证件类型 as the field's platforms number them; a foreigner's permanent residence card counts as an identity card there. */
const idKindCodes = {
  'resident-card': '1',
  'foreign-resident-card': '1',
  passport: '2',
  'officer-card': '3',
  'hk-mo-tw-permit': '7',
} as const satisfies Record<RosterMember['idKind'], string>;

function newMember({ changeCode, changeReason: _reason, idKind, ...member }: RosterMember): NewMember {
  return { ...member, idKind: idKindCodes[idKind], status: changeCode === '3' ? 'retained' : 'active' };
}

/** Members prepared or changed at a stretch: some 20 ms, then other requests get their turn. */
const perTurn = 500;

async function applyRoster(
  ctx: Ctx,
  { added, changed }: RosterPlan,
  importId: string,
  onProgress: Parameters<RosterKind<RosterPlan>['apply']>[3],
): Promise<void> {
  const total = added.length + changed.length;
  const onWritten = (done: number) => onProgress({ step: 'saving', done, total });
  const enrolled: NewMember[] = [];
  for (const member of added) {
    enrolled.push(newMember(member));
    if (enrolled.length % (perTurn * 10) === 0) await setImmediate();
  }
  await enrolMembers(ctx, enrolled, { importId, onWritten });
  const sums = figureSums(ctx.today);
  const paths = new Set<string>();
  for (let from = 0; from < changed.length; from += perTurn) {
    const some = changed.slice(from, from + perTurn);
    await changeMembers(ctx, some);
    for (const { before, after } of some.map(countedAfter)) {
      sums.add(before, -1);
      sums.add(after, 1);
      paths.add(before.unionPath).add(after.unionPath);
    }
    onWritten(added.length + from + some.length);
  }
  if (changed.length === 0) return;
  await addDeltas(ctx, sums.deltas());
  await record(ctx, {
    kind: 'member.changed',
    subject: 'member',
    subjectId: null,
    unionPath: commonPath([...paths]),
    data: { count: changed.length, importId },
  });
}

export const memberRosters = rosterImports<RosterPlan>({
  noun: 'members',
  fallbackName: '会员花名册.xlsx',
  faultTitles: memberFaultTitles,
  judge: judgeRoster,
  apply: applyRoster,
});

/** Imports a roster of members from a file in one transaction; for the command line. */
export const importMembersFile = memberRosters.importFile;
