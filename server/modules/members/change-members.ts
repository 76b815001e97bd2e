import type { Ctx } from '../../kernel/context.ts';
import { pinyinOf } from '../../kernel/pinyin.ts';
import { addMemberEvent, sealIdentity } from './enrol-members.ts';
import type { MemberChange, MemberEventKind, MemberState } from './events.ts';
import type { MemberDifference, StandingMember } from './judge-roster.ts';
import type { Counted } from './segments.ts';

/** Sets what differs from today on, with an event each for a transfer, a change of standing and the rest. */
export async function changeMember(
  ctx: Ctx,
  standing: StandingMember,
  difference: MemberDifference,
): Promise<void> {
  const { union, status, phone, joinedOn, ...rest } = difference;
  const sealed = phone === undefined ? null : sealIdentity(ctx, standing.id, 'phone', phone);
  const place = union ?? { id: standing.unionId, path: standing.unionPath };
  const write = ctx.db
    .updateTable('member')
    .set({
      ...(rest.name !== undefined && { name: rest.name, ...pinyinOf(rest.name, 'person') }),
      ...(sealed && { phone_sealed: sealed.sealed, phone_index: sealed.index, phone_masked: sealed.masked }),
      ...(rest.occupation !== undefined && { occupation: rest.occupation }),
      ...(rest.migrantWorker !== undefined && { migrant_worker: rest.migrantWorker }),
      ...(rest.employerName !== undefined && { employer_name: rest.employerName }),
      ...(rest.ethnicityCode !== undefined && { ethnicity_code: rest.ethnicityCode }),
      ...(rest.educationCode !== undefined && { education_code: rest.educationCode }),
      ...(rest.politicalCode !== undefined && { political_code: rest.politicalCode }),
      ...(joinedOn !== undefined && { joined_on: joinedOn }),
      ...(status !== undefined && { status }),
      ...(union && { union_id: union.id, union_path: union.path }),
      updated_at: ctx.now,
    })
    .where('id', '=', standing.id)
    .execute();
  const tell = (kind: MemberEventKind, change: MemberChange) =>
    addMemberEvent(ctx, { memberId: standing.id, kind, union: place, change });
  const events: Promise<void>[] = [];
  if (union) {
    const names = { from: standing.unionName, to: union.name };
    events.push(
      tell('member.transferred', { set: { unionId: union.id }, was: { unionId: standing.unionId }, names }),
    );
  }
  if (status) {
    const kind = status === 'retained' ? 'member.retained' : 'member.rejoined';
    events.push(tell(kind, { set: { status }, was: { status: standing.status } }));
  }
  const set: Partial<MemberState> = {
    ...rest,
    ...(sealed && { phoneMasked: sealed.masked }),
    ...(joinedOn !== undefined && { joinedOn }),
  };
  if (Object.keys(set).length > 0) {
    const was: Partial<MemberState> = Object.fromEntries(
      (Object.keys(set) as (keyof typeof set)[]).map((key) => [key, standing[key as keyof StandingMember]]),
    );
    events.push(tell('member.corrected', { set, was }));
  }
  await Promise.all([write, ...events]);
}

/** The member for the figures, before and after. */
export function countedAfter(
  standing: StandingMember,
  difference: MemberDifference,
): { before: Counted; after: Counted } {
  const { unionPath, joinedOn, sex, migrantWorker, occupation, status } = standing;
  const before = { unionPath, joinedOn, sex, migrantWorker, occupation, status };
  const after = {
    ...before,
    unionPath: difference.union?.path ?? unionPath,
    joinedOn: difference.joinedOn ?? joinedOn,
    migrantWorker: difference.migrantWorker ?? migrantWorker,
    occupation: difference.occupation ?? occupation,
    status: difference.status ?? status,
  };
  return { before, after };
}
