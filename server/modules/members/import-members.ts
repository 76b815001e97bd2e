import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { addDeltas } from '../../kernel/rollups.ts';
import { rosterImports, type RosterKind } from '../unions/index.ts';
import { changeMember, countedAfter } from './change-member.ts';
import { commonPath, enrolMembers, type NewMember } from './enrol-members.ts';
import { judgeRoster, type RosterMember, type RosterPlan } from './judge-roster.ts';
import { memberFaultTitles } from './roster/faults.ts';
import { figuresOf } from './segments.ts';

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

/** Statements sent without waiting for one another, at most. */
const perTurn = 100;

async function applyRoster(
  ctx: Ctx,
  { added, changed }: RosterPlan,
  importId: string,
  onProgress: Parameters<RosterKind<RosterPlan>['apply']>[3],
): Promise<void> {
  const total = added.length + changed.length;
  const onWritten = (done: number) => onProgress({ step: 'saving', done, total });
  await enrolMembers(ctx, added.map(newMember), { importId, onWritten });
  for (let from = 0; from < changed.length; from += perTurn) {
    const some = changed.slice(from, from + perTurn);
    await Promise.all(some.map(({ standing, difference }) => changeMember(ctx, standing, difference)));
    onWritten(added.length + from + some.length);
  }
  if (changed.length === 0) return;
  const counted = changed.map(({ standing, difference }) => countedAfter(standing, difference));
  const figures = counted.flatMap(({ before, after }) => [
    { member: before, sign: -1 as const },
    { member: after, sign: 1 as const },
  ]);
  await addDeltas(ctx, figuresOf(figures, ctx.today));
  await record(ctx, {
    kind: 'member.changed',
    subject: 'member',
    subjectId: null,
    unionPath: commonPath(counted.flatMap(({ before, after }) => [before.unionPath, after.unionPath])),
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
