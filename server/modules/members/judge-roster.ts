import { setImmediate } from 'node:timers/promises';
import { isWithin } from '../../kernel/access.ts';
import { withScope, type Ctx } from '../../kernel/context.ts';
import { wholeFederation } from '../../kernel/db.ts';
import { findTables } from '../../kernel/sheets/header.ts';
import type { Sheet } from '../../kernel/sheets/rows.ts';
import { verdictOf } from '../../kernel/sheets/verdicts.ts';
import { unionsByKey, type Judgement, type UnionPlace } from '../unions/index.ts';
import { commonPath } from './enrol-members.ts';
import { memberColumns, type MemberColumn } from './roster/columns.ts';
import type { MemberFaultKind } from './roster/faults.ts';
import { judgeMembersInTurns, type MemberVerdict, type ParsedMember } from './roster/judge.ts';

export type RosterMember = ParsedMember<UnionPlace>;

/** A member as she stands, with what a roster may say otherwise. */
export interface StandingMember {
  id: string;
  name: string;
  sex: string;
  phoneIndex: Buffer | null;
  phoneMasked: string | null;
  occupation: string | null;
  migrantWorker: boolean | null;
  employerName: string | null;
  ethnicityCode: string | null;
  educationCode: string | null;
  politicalCode: string | null;
  unionId: string;
  unionPath: string;
  unionName: string;
  joinedOn: string;
  status: string;
}

/** What differs; `phone` is the new number in plain. */
export interface MemberDifference {
  name?: string;
  phone?: string;
  occupation?: string;
  migrantWorker?: boolean;
  employerName?: string;
  ethnicityCode?: string;
  educationCode?: string;
  politicalCode?: string;
  joinedOn?: string;
  status?: 'active' | 'retained';
  union?: UnionPlace;
}

export interface RosterPlan {
  added: RosterMember[];
  changed: { standing: StandingMember; difference: MemberDifference }[];
}

/**
 * Reads a roster against the unions in the importer's scope and the members there are, matched by ID number. Who is a
 * member outside that scope is refused without being told where.
 */
export async function judgeRoster(ctx: Ctx, sheets: readonly Sheet[]): Promise<Judgement<RosterPlan>> {
  const { tables } = findTables(sheets, memberColumns);
  const unions = await unionsByKey(ctx, ctx.scope.paths);
  const rows = await judgeMembersInTurns(tables, { today: ctx.today, unions });
  const indexes = await indexesOf(ctx, rows);
  const known = await readKnown(
    ctx,
    indexes.filter((index) => index !== undefined),
  );
  const plan: RosterPlan = { added: [], changed: [] };
  const seen = new Set<string>();
  const effects = rows.map((row, at) => {
    const { parsed } = row;
    if (!parsed) return null;
    const key = indexes[at]!.toString('base64');
    const standing = known.get(key);
    if (seen.has(key)) {
      // Same number under two kinds of papers; the judge tells only rows of one kind apart.
      return refuse(row, 'duplicate-in-file', '和前面一行的证件号码相同。请只保留一行。');
    }
    seen.add(key);
    if (!standing) {
      plan.added.push(parsed);
      return 'added';
    }
    if (!isWithin(standing.unionPath, ctx.scope.paths)) {
      return refuse(
        row,
        'member-elsewhere',
        '已是别处工会的会员。换了工会请通过上级工会办理会籍转移，不用重新入会。',
      );
    }
    const difference = differenceOf(ctx, row, parsed, standing);
    if (Object.keys(difference).length === 0) return 'unchanged';
    plan.changed.push({ standing, difference });
    return 'changed';
  });
  const paths = rows.flatMap(({ parsed }) => (parsed ? [parsed.union.path] : []));
  return { tables, rows, effects, plan, unionPath: commonPath(paths) };
}

/** Blind indexes at a stretch: some milliseconds. Others' requests run in between, so a big roster holds nobody up. */
const perTurn = 1000;

async function indexesOf(
  ctx: Ctx,
  rows: readonly MemberVerdict<UnionPlace>[],
): Promise<(Buffer | undefined)[]> {
  const indexes: (Buffer | undefined)[] = [];
  for (const { parsed } of rows) {
    indexes.push(parsed && ctx.pii.blindIndex('id-number', parsed.idNumber));
    if (indexes.length % perTurn === 0) await setImmediate();
  }
  return indexes;
}

function refuse(row: MemberVerdict<UnionPlace>, kind: MemberFaultKind, reason: string): null {
  const column: MemberColumn = 'idNumber';
  const columnTitle = memberColumns.find(({ key }) => key === column)!.title;
  row.faults.push({ column, columnTitle, kind, severity: 'refusal', value: '', reason });
  row.verdict = verdictOf(row.faults);
  return null;
}

const perQuery = 5000;

async function readKnown(ctx: Ctx, indexes: readonly Buffer[]): Promise<Map<string, StandingMember>> {
  const known = new Map<string, StandingMember>();
  // The whole federation, since one person is a member once, wherever; what lies outside the scope is only refused.
  await withScope(ctx, wholeFederation, async () => {
    for (let from = 0; from < indexes.length; from += perQuery) {
      const some = indexes.slice(from, from + perQuery);
      const rows = await ctx.db
        .selectFrom('member')
        .innerJoin('union', 'union.id', 'member.union_id')
        .select([
          'member.id',
          'member.name',
          'member.sex',
          'id_number_index',
          'phone_index as phoneIndex',
          'phone_masked as phoneMasked',
          'occupation',
          'migrant_worker as migrantWorker',
          'member.employer_name as employerName',
          'ethnicity_code as ethnicityCode',
          'education_code as educationCode',
          'political_code as politicalCode',
          'union_id as unionId',
          'union_path as unionPath',
          'union.name as unionName',
          'joined_on as joinedOn',
          'member.status',
        ])
        .where((eb) => eb('id_number_index', '=', eb.fn.any(eb.val(some))))
        .execute();
      for (const { id_number_index: index, ...standing } of rows)
        known.set(index.toString('base64'), standing);
    }
  });
  return known;
}

const plain = [
  'name',
  'occupation',
  'migrantWorker',
  'employerName',
  'ethnicityCode',
  'educationCode',
  'politicalCode',
] as const;

/** What the row says otherwise. A cell left empty says nothing, so it erases nothing. */
function differenceOf(
  ctx: Ctx,
  row: MemberVerdict<UnionPlace>,
  parsed: RosterMember,
  standing: StandingMember,
): MemberDifference {
  const said = plain.filter((key) => parsed[key] !== undefined && parsed[key] !== standing[key]);
  const phone = ctx.pii.blindIndex('phone', parsed.phone);
  const samePhone = standing.phoneIndex !== null && phone.equals(standing.phoneIndex);
  const moved = parsed.union.id !== standing.unionId;
  const status = statusSaid(parsed, standing.status);
  // Membership goes on through a transfer (一次入会、动态接转): the date in another union's roster is not the joining date.
  const dated = !moved && !row.faults.some(({ kind }) => kind === 'missing-joining-date');
  return {
    ...Object.fromEntries(said.map((key) => [key, parsed[key]])),
    ...(!samePhone && { phone: parsed.phone }),
    ...(dated && parsed.joinedOn !== standing.joinedOn && { joinedOn: parsed.joinedOn }),
    ...(status && { status }),
    ...(moved && { union: parsed.union }),
  };
}

/** 3 保留 retains; 2 转入 makes a retained membership active again; whoever had left and is listed has joined again. */
function statusSaid({ changeCode }: RosterMember, status: string): 'active' | 'retained' | undefined {
  if (changeCode === '3') return status === 'retained' ? undefined : 'retained';
  if (status === 'left' || (status === 'retained' && changeCode === '2')) return 'active';
  return undefined;
}
