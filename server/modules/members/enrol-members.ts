import { setImmediate } from 'node:timers/promises';
import { maskIdNumber } from '@smart-union/catalogue-kit/checks/id-number.ts';
import { maskPhone } from '@smart-union/catalogue-kit/checks/phone.ts';
import { sql } from 'kysely';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import { pinyinOf } from '../../kernel/pinyin.ts';
import { addDeltas } from '../../kernel/rollups.ts';
import { lockTree } from '../unions/index.ts';
import type { MemberChange } from './events.ts';
import { memberNumber, takeNumbers } from './member-number.ts';
import { figureSums } from './segments.ts';

/** A person to be enrolled, checked already (roster/judge.ts). Numbers are in plain, normalised: digits, capital X. */
export interface NewMember {
  id?: string;
  name: string;
  sex: 'male' | 'female' | 'unknown';
  /** 证件类型: 1 resident card, 2 passport, 3 officer card, 7 HK/MO/TW residence permit; default 1. */
  idKind?: string;
  idNumber: string;
  phone: string | null;
  bornOn?: string;
  ethnicityCode?: string;
  educationCode?: string;
  politicalCode?: string;
  occupation?: string;
  migrantWorker?: boolean;
  employerName?: string;
  union: { id: string; path: string };
  joinedOn: string;
  /** Default 'active'. */
  status?: 'active' | 'retained';
}

/** Rows per statement: big enough to hide the round trip, small enough that sealing the next overlaps writing this one. */
const perStatement = 1000;
/** Rows sealed at a stretch, about 15 ms; then other requests get their turn. */
const perTurn = 250;

/**
 * Enrols people: number, sealed identity, first event and figures, in the caller's transaction. Made for rosters of any
 * length; what it takes is in docs/evidence. Returns the ids in order. Throws `row-conflict` when one is a member already.
 */
export async function enrolMembers(
  ctx: Ctx,
  members: readonly NewMember[],
  source: { importId?: string; onWritten?: (count: number) => void } = {},
): Promise<string[]> {
  if (members.length === 0) return [];
  await lockTree(ctx, 'use');
  const first = await takeNumbers(ctx, members.length);
  const ids: string[] = [];
  const sums = figureSums(ctx.today);
  const paths = new Set<string>();
  let writing: Promise<void> = Promise.resolve();
  for (let from = 0; from < members.length; from += perStatement) {
    const rows: Row[] = [];
    for (const member of members.slice(from, from + perStatement)) {
      rows.push(rowOf(ctx, member, memberNumber(ctx.federation.code, first + from + rows.length)));
      sums.add(countedOf(member), 1);
      paths.add(member.union.path);
      if (rows.length % perTurn === 0) await setImmediate();
    }
    for (const row of rows) ids.push(row.id);
    await writing;
    writing = insert(ctx, rows).then(() => source.onWritten?.(from + rows.length));
    // Awaited at the next turn; without this a refusal meanwhile would count as unhandled.
    writing.catch(() => {});
  }
  await writing;
  await addDeltas(ctx, sums.deltas());
  await record(ctx, {
    kind: 'member.enrolled',
    subject: 'member',
    subjectId: members.length === 1 ? ids[0]! : null,
    unionPath: commonPath([...paths]),
    data: { count: members.length, ...(source.importId && { importId: source.importId }) },
  });
  return ids;
}

/** Columns that stand in the database as they are given. */
const countedOf = (member: NewMember) => ({
  unionPath: member.union.path,
  joinedOn: member.joinedOn,
  sex: member.sex,
  migrantWorker: member.migrantWorker ?? null,
  occupation: member.occupation ?? null,
  status: member.status ?? 'active',
});

/** The lowest union above all of the paths. */
export function commonPath(paths: readonly string[]): string {
  const lines = [...new Set(paths)].map((path) => path.split('.'));
  const [head = ['f'], ...rest] = lines;
  const shared = head.findIndex((label, index) => rest.some((line) => line[index] !== label));
  return (shared < 0 ? head : head.slice(0, shared)).join('.');
}

export const hex = (bytes: Buffer) => `\\x${bytes.toString('hex')}`;

export function sealIdentity(ctx: Ctx, id: string, kind: 'id-number' | 'phone', value: string) {
  const column = kind === 'phone' ? 'phone_sealed' : 'id_number_sealed';
  return {
    sealed: ctx.pii.seal({ table: 'member', column, row: id }, value),
    index: ctx.pii.blindIndex(kind, value),
    masked: kind === 'phone' ? maskPhone(value) : maskIdNumber(value),
  };
}

function rowOf(ctx: Ctx, member: NewMember, number: string) {
  const id = member.id ?? ctx.id();
  const idNumber = sealIdentity(ctx, id, 'id-number', member.idNumber);
  const phone = member.phone === null ? null : sealIdentity(ctx, id, 'phone', member.phone);
  return {
    id,
    number,
    ...countedOf(member),
    name: member.name,
    ...pinyinOf(member.name, 'person'),
    idKind: member.idKind ?? '1',
    idSealed: hex(idNumber.sealed),
    idIndex: hex(idNumber.index),
    idNumberMasked: idNumber.masked,
    phoneSealed: phone && hex(phone.sealed),
    phoneIndex: phone && hex(phone.index),
    phoneMasked: phone?.masked ?? null,
    birthYear: member.bornOn ? Number(member.bornOn.slice(0, 4)) : null,
    ethnicityCode: member.ethnicityCode ?? null,
    educationCode: member.educationCode ?? null,
    politicalCode: member.politicalCode ?? null,
    employerName: member.employerName ?? null,
    unionId: member.union.id,
    eventId: ctx.id(),
  };
}

type Row = ReturnType<typeof rowOf>;

/** One JSON parameter: a single statement text for any number of rows, and the event is built beside the member. */
async function insert(ctx: Ctx, rows: readonly Row[]): Promise<void> {
  const accountId = ctx.actor.kind === 'cadre' ? ctx.actor.accountId : null;
  await sql`
    with r as materialized (
      select * from json_to_recordset(${JSON.stringify(rows)}::json) as r (
        id uuid, number text, name text, pinyin text, initials text, sex text, "idKind" text, "idSealed" bytea,
        "idIndex" bytea, "idNumberMasked" text, "phoneSealed" bytea, "phoneIndex" bytea, "phoneMasked" text,
        "birthYear" smallint, "ethnicityCode" text, "educationCode" text, "politicalCode" text, occupation text,
        "migrantWorker" boolean, "employerName" text, "unionId" uuid, "unionPath" text, "joinedOn" date, status text,
        "eventId" uuid)
    ), enrolled as (
      insert into member (id, member_number, name, pinyin, initials, sex, id_kind, id_number_sealed, id_number_index,
        id_number_masked, phone_sealed, phone_index, phone_masked, birth_year, ethnicity_code, education_code,
        political_code, occupation, migrant_worker, employer_name, union_id, union_path, joined_on, status, created_at,
        updated_at)
      select id, number, name, pinyin, initials, sex, "idKind", "idSealed", "idIndex", "idNumberMasked", "phoneSealed",
        "phoneIndex", "phoneMasked", "birthYear", "ethnicityCode", "educationCode", "politicalCode", occupation,
        "migrantWorker", "employerName", "unionId", "unionPath", "joinedOn", status, ${ctx.now}::timestamptz,
        ${ctx.now}::timestamptz
      from r
    )
    insert into member_event (id, member_id, kind, effective_on, recorded_at, account_id, union_id, union_path, data)
    select "eventId", id, 'member.enrolled', "joinedOn", ${ctx.now}::timestamptz, ${accountId}::uuid, "unionId",
      "unionPath", jsonb_build_object('set', jsonb_strip_nulls(jsonb_build_object('name', name, 'sex', sex,
        'idNumberMasked', "idNumberMasked", 'phoneMasked', "phoneMasked", 'occupation', occupation,
        'migrantWorker', "migrantWorker", 'employerName', "employerName", 'ethnicityCode', "ethnicityCode",
        'educationCode', "educationCode", 'politicalCode', "politicalCode", 'unionId', "unionId",
        'joinedOn', "joinedOn", 'status', status)))
    from r`.execute(ctx.db);
}

/** Adds an event row; `union` is where the member belongs from now on. */
export async function addMemberEvent(
  ctx: Ctx,
  event: {
    memberId: string;
    kind: string;
    union: { id: string; path: string };
    change: MemberChange;
    effectiveOn?: string;
  },
): Promise<void> {
  const write = ctx.db
    .insertInto('member_event')
    .values({
      id: ctx.id(),
      member_id: event.memberId,
      kind: event.kind,
      effective_on: event.effectiveOn ?? ctx.today,
      recorded_at: ctx.now,
      account_id: ctx.actor.kind === 'cadre' ? ctx.actor.accountId : null,
      union_id: event.union.id,
      union_path: event.union.path,
      data: JSON.stringify(event.change),
    })
    .compile();
  ctx.later(write);
}
