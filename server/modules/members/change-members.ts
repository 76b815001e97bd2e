import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import { pinyinOf } from '../../kernel/pinyin.ts';
import { hex, sealIdentity } from './enrol-members.ts';
import type { MemberChange, MemberEventKind, MemberState } from './events.ts';
import type { MemberDifference, StandingMember } from './judge-roster.ts';
import type { Counted } from './segments.ts';

export interface ChangedMember {
  standing: StandingMember;
  difference: MemberDifference;
}

/**
 * Sets what differs from today on, with an event each for a transfer, a change of standing and the rest; two statements
 * for all of them. Meant for some hundred at a time.
 */
export async function changeMembers(ctx: Ctx, changed: readonly ChangedMember[]): Promise<void> {
  const rows: object[] = [];
  const events: object[] = [];
  for (const { standing, difference } of changed) {
    const { union, status, phone, joinedOn, ...rest } = difference;
    const sealed = phone === undefined ? null : sealIdentity(ctx, standing.id, 'phone', phone);
    rows.push({
      id: standing.id,
      ...rest,
      ...(rest.name !== undefined && pinyinOf(rest.name, 'person')),
      ...(sealed && {
        phoneSealed: hex(sealed.sealed),
        phoneIndex: hex(sealed.index),
        phoneMasked: sealed.masked,
      }),
      joinedOn,
      status,
      ...(union && { unionId: union.id, unionPath: union.path }),
    });
    const place = union ?? { id: standing.unionId, path: standing.unionPath };
    const set = { ...rest, ...(sealed && { phoneMasked: sealed.masked }), ...(joinedOn && { joinedOn }) };
    for (const { kind, change } of eventsOf(standing, difference, set)) {
      events.push({
        id: ctx.id(),
        memberId: standing.id,
        kind,
        unionId: place.id,
        unionPath: place.path,
        change,
      });
    }
  }
  await Promise.all([updateMembers(ctx, rows), insertEvents(ctx, events)]);
}

function eventsOf(
  standing: StandingMember,
  { union, status }: MemberDifference,
  set: Partial<MemberState>,
): { kind: MemberEventKind; change: MemberChange }[] {
  const events: { kind: MemberEventKind; change: MemberChange }[] = [];
  if (union) {
    const names = { from: standing.unionName, to: union.name };
    const change = { set: { unionId: union.id }, was: { unionId: standing.unionId }, names };
    events.push({ kind: 'member.transferred', change });
  }
  if (status) {
    const kind = status === 'retained' ? 'member.retained' : 'member.rejoined';
    events.push({ kind, change: { set: { status }, was: { status: standing.status } } });
  }
  const keys = Object.keys(set) as (keyof MemberState & keyof StandingMember)[];
  if (keys.length > 0) {
    const was: Partial<MemberState> = Object.fromEntries(keys.map((key) => [key, standing[key]]));
    events.push({ kind: 'member.corrected', change: { set, was } });
  }
  return events;
}

/** A difference never empties a column, so what is absent stays as it is. */
async function updateMembers(ctx: Ctx, rows: readonly object[]): Promise<void> {
  await sql`
    update member m set name = coalesce(r.name, m.name), pinyin = coalesce(r.pinyin, m.pinyin),
      initials = coalesce(r.initials, m.initials), phone_sealed = coalesce(r."phoneSealed", m.phone_sealed),
      phone_index = coalesce(r."phoneIndex", m.phone_index), phone_masked = coalesce(r."phoneMasked", m.phone_masked),
      occupation = coalesce(r.occupation, m.occupation), migrant_worker = coalesce(r."migrantWorker", m.migrant_worker),
      employer_name = coalesce(r."employerName", m.employer_name),
      ethnicity_code = coalesce(r."ethnicityCode", m.ethnicity_code),
      education_code = coalesce(r."educationCode", m.education_code),
      political_code = coalesce(r."politicalCode", m.political_code), joined_on = coalesce(r."joinedOn", m.joined_on),
      status = coalesce(r.status, m.status), union_id = coalesce(r."unionId", m.union_id),
      union_path = coalesce(r."unionPath", m.union_path), updated_at = ${ctx.now}::timestamptz
    from json_to_recordset(${JSON.stringify(rows)}::json) as r (id uuid, name text, pinyin text, initials text,
      "phoneSealed" bytea, "phoneIndex" bytea, "phoneMasked" text, occupation text, "migrantWorker" boolean,
      "employerName" text, "ethnicityCode" text, "educationCode" text, "politicalCode" text, "joinedOn" date,
      status text, "unionId" uuid, "unionPath" text)
    where m.id = r.id`.execute(ctx.db);
}

async function insertEvents(ctx: Ctx, events: readonly object[]): Promise<void> {
  const accountId = ctx.actor.kind === 'cadre' ? ctx.actor.accountId : null;
  await sql`
    insert into member_event (id, member_id, kind, effective_on, recorded_at, account_id, union_id, union_path, data)
    select id, "memberId", kind, ${ctx.today}::date, ${ctx.now}::timestamptz, ${accountId}::uuid, "unionId", "unionPath",
      change
    from json_to_recordset(${JSON.stringify(events)}::json) as r (id uuid, "memberId" uuid, kind text, "unionId" uuid,
      "unionPath" text, change jsonb)`.execute(ctx.db);
}

/** The member for the figures, before and after. */
export function countedAfter({ standing, difference }: ChangedMember): { before: Counted; after: Counted } {
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
