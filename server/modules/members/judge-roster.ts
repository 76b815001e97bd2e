import { sql } from 'kysely';
import { isWithin } from '../../kernel/access.ts';
import { withScope, type Ctx } from '../../kernel/context.ts';
import { wholeFederation } from '../../kernel/db.ts';
import type { TableHead } from '../../kernel/sheets/header.ts';
import { defaultLimits } from '../../kernel/sheets/rows.ts';
import { streamReader } from '../../kernel/sheets/stream-reader.ts';
import { verdictOf, type FaultText } from '../../kernel/sheets/verdicts.ts';
import {
  unionsByKey,
  type Effect,
  type Judgement,
  type JudgeWanted,
  type UnionPlace,
} from '../unions/index.ts';
import type { ChangedMember } from './change-members.ts';
import { commonPath } from './enrol-members.ts';
import { memberColumns, type MemberColumn } from './roster/columns.ts';
import { memberFaultTexts, type MemberFaultKind } from './roster/faults.ts';
import type { MemberVerdict, ParsedMember } from './roster/judge.ts';
import type { RosterEvent, RosterTask } from './roster/judge.worker.ts';

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
  changed: ChangedMember[];
}

/** Rows looked up at a stretch: some 20 ms with the comparing, then others get their turn. */
const perTurn = 2000;

/**
 * Reads a roster against the unions in the importer's scope and the members there are, matched by ID number. Who is a
 * member outside that scope is refused without being told where.
 */
export async function judgeRoster(
  ctx: Ctx,
  bytes: Buffer,
  wanted: JudgeWanted,
): Promise<Judgement<RosterPlan>> {
  const { encoding, tables, rows, indexes } = await readRoster(ctx, bytes, wanted);
  const plan: RosterPlan = { added: [], changed: [] };
  const effects: Effect[] = [];
  const seen = new Set<string>();
  const paths = new Set<string>();
  for (let from = 0; from < rows.length; from += perTurn) {
    const known = await readKnown(
      ctx,
      indexes.slice(from, from + perTurn).filter((index) => index !== ''),
    );
    for (const [at, row] of rows.slice(from, from + perTurn).entries()) {
      effects.push(effectOf(ctx, row, { index: indexes[from + at]!, known, seen, plan }));
      if (row.parsed) paths.add(row.parsed.union.path);
    }
    wanted.onProgress({ step: 'checking', done: effects.length, total: rows.length });
  }
  return { encoding, tables, rows, effects, plan, unionPath: commonPath([...paths]) };
}

interface Against {
  index: string;
  known: ReadonlyMap<string, StandingMember>;
  /** Indexes of the rows before. */
  seen: Set<string>;
  plan: RosterPlan;
}

function effectOf(ctx: Ctx, row: MemberVerdict<UnionPlace>, { index, known, seen, plan }: Against): Effect {
  const { parsed } = row;
  if (!parsed) return null;
  if (seen.has(index)) {
    // Same number under two kinds of papers; the judge tells only rows of one kind apart.
    return refuse(row, 'duplicate-in-file', memberFaultTexts.repeatedEarlier);
  }
  seen.add(index);
  const standing = known.get(index);
  if (!standing) {
    plan.added.push(parsed);
    return 'added';
  }
  if (!isWithin(standing.unionPath, ctx.scope.paths)) {
    return refuse(row, 'member-elsewhere', memberFaultTexts.memberElsewhere);
  }
  const difference = differenceOf(ctx, row, parsed, standing);
  if (Object.keys(difference).length === 0) return 'unchanged';
  plan.changed.push({ standing, difference });
  return 'changed';
}

interface ReadRoster {
  encoding: string;
  tables: TableHead[];
  rows: MemberVerdict<UnionPlace>[];
  /** The blind index of each accepted row's ID number, hex; '' for a refused one. */
  indexes: string[];
}

/** Processor time of the reader where no call waits for it. */
const unhurriedMillis = 5 * 60_000;

/** Reading and judging is done by a process of its own; it knows the unions by numbers, and no key. */
async function readRoster(
  ctx: Ctx,
  bytes: Buffer,
  { texts, unhurried, onProgress }: JudgeWanted,
): Promise<ReadRoster> {
  const byKey = await unionsByKey(ctx, ctx.scope.paths);
  const places = [...byKey.values()];
  const unions = new Map([...byKey.keys()].map((key, number) => [key, number]));
  const limits = unhurried ? { ...defaultLimits, milliseconds: unhurriedMillis } : defaultLimits;
  const task: RosterTask = { source: { bytes }, limits, today: ctx.today, unions, texts };
  const read: ReadRoster = { encoding: '', tables: [], rows: [], indexes: [] };
  for await (const event of streamReader<RosterEvent, RosterTask>('modules/members/roster/judge', task)) {
    if (event.type === 'file') read.encoding = event.encoding;
    if (event.type === 'table') read.tables.push(event.head);
    if (event.type !== 'rows') continue;
    for (const { parsed, ...row } of event.rows) {
      read.rows.push(parsed ? { ...row, parsed: { ...parsed, union: places[parsed.union]! } } : row);
      read.indexes.push(parsed ? ctx.pii.blindIndex('id-number', parsed.idNumber).toString('hex') : '');
    }
    onProgress({ step: 'reading', done: read.rows.length, total: 0 });
  }
  return read;
}

function refuse(row: MemberVerdict<UnionPlace>, kind: MemberFaultKind, text: FaultText): null {
  const column: MemberColumn = 'idNumber';
  const columnTitle = memberColumns.find(({ key }) => key === column)!.title;
  row.faults.push({ column, columnTitle, kind, severity: 'refusal', value: '', ...text });
  row.verdict = verdictOf(row.faults);
  return null;
}

/** By index, hex. The whole federation, since one person is a member once, wherever; what lies outside the scope is only refused. */
function readKnown(ctx: Ctx, indexes: readonly string[]): Promise<Map<string, StandingMember>> {
  return withScope(ctx, wholeFederation, async () => {
    const rows = await ctx.db
      .selectFrom('member')
      .innerJoin('union', 'union.id', 'member.union_id')
      .select([
        'member.id',
        'member.name',
        'member.sex',
        sql<string>`encode(id_number_index, 'hex')`.as('index'),
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
      .where(sql<boolean>`id_number_index = any(${indexes.map((index) => `\\x${index}`)}::bytea[])`)
      .execute();
    return new Map(rows.map(({ index, ...standing }) => [index, standing]));
  });
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
