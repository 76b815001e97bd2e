import { isWithin } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { findTables } from '../../kernel/sheets/header.ts';
import { readSheets } from '../../kernel/sheets/read.ts';
import { verdictOf, type FaultText } from '../../kernel/sheets/verdicts.ts';
import type { StandingUnion } from './change-union.ts';
import type { UnionState } from './events.ts';
import type { Effect, Judgement, JudgeWanted } from './imports/kind.ts';
import { unionColumns, type UnionColumn } from './roster/columns.ts';
import { unionFaultTexts as texts, type UnionFaultKind } from './roster/faults.ts';
import { judgeUnions, type ParsedUnion, type UnionVerdict } from './roster/judge.ts';

/** What a directory of unions would do: superiors stand before those below them. */
export interface DirectoryPlan {
  steps: { union: ParsedUnion; standing: StandingUnion | undefined; set: Partial<UnionState> }[];
  /** Ids of unions there already, by name key. */
  ids: Map<string, string>;
}

interface Standing extends StandingUnion {
  nameKey: string;
  superiorKey: string;
}

/**
 * Reads a directory against the unions there are, matched by name. Unions outside the importer's scope may stand in the
 * file as long as it leaves them as they are: a district's file begins with the city.
 */
export async function judgeDirectory(
  ctx: Ctx,
  bytes: Buffer,
  { onProgress }: JudgeWanted,
): Promise<Judgement<DirectoryPlan>> {
  const { encoding, sheets } = await readSheets({ bytes });
  onProgress({ step: 'checking', done: 0, total: 1 });
  const { tables } = findTables(sheets, unionColumns);
  const known = await readStanding(ctx);
  const alreadyKnown = new Map(
    [...known.values()].map(({ nameKey, superiorKey, state }) => [
      nameKey,
      { levelCode: state.levelCode, superiorKey },
    ]),
  );
  const { verdicts, unions } = judgeUnions(tables, { today: ctx.today, alreadyKnown });
  const rows = new Map(verdicts.filter(({ parsed }) => parsed).map((row) => [row.parsed!.nameKey, row]));
  const codes = new Map([...known.values()].map((union) => [union.state.uscc, union]));
  const plan: DirectoryPlan = {
    steps: [],
    ids: new Map([...known.values()].map(({ nameKey, id }) => [nameKey, id])),
  };
  const effects = new Map<UnionVerdict, Effect>();
  const refused = new Set<string>();
  for (const union of unions) {
    const row = rows.get(union.nameKey)!;
    const standing = known.get(union.nameKey);
    const set = standing ? differences(union, standing, plan.ids) : {};
    const changes = !standing || Object.keys(set).length > 0;
    const allowed = !changes || mayChange(ctx, union, standing, known);
    const holder = union.uscc === undefined ? undefined : codes.get(union.uscc);
    if (refused.has(union.superiorKey) && !known.has(union.superiorKey)) {
      note(row, 'superior', 'superior-refused', union.superiorName, texts.superiorRefused());
    } else if (!allowed && !standing) {
      note(row, 'superior', 'outside-scope', union.superiorName, texts.outsideScope);
    } else if (!allowed) {
      note(row, 'name', 'left-as-is', union.name, texts.leftAsIs, 'warning');
    } else if (holder && holder !== standing) {
      note(row, 'uscc', 'uscc-repeated', union.uscc!, texts.codeTaken(holder.state.name));
    }
    if (row.verdict === 'reject') {
      refused.add(union.nameKey);
      continue;
    }
    plan.steps.push({ union, standing, set: allowed ? set : {} });
    effects.set(row, !standing ? 'added' : changes && allowed ? 'changed' : 'unchanged');
  }
  onProgress({ step: 'checking', done: 1, total: 1 });
  return {
    encoding,
    tables,
    rows: verdicts,
    effects: verdicts.map((row) => effects.get(row) ?? null),
    plan,
    unionPath: 'f',
  };
}

function note(
  row: UnionVerdict,
  column: UnionColumn,
  kind: UnionFaultKind,
  value: string,
  text: FaultText,
  severity: 'warning' | 'refusal' = 'refusal',
): void {
  const columnTitle = unionColumns.find(({ key }) => key === column)!.title;
  row.faults.push({ column, columnTitle, kind, severity, value, ...text });
  row.verdict = verdictOf(row.faults);
}

async function readStanding(ctx: Ctx): Promise<Map<string, Standing>> {
  const rows = await ctx.db
    .selectFrom('union')
    .leftJoin('union as superior', 'superior.id', 'union.superior_id')
    .selectAll('union')
    .select('superior.name_key as superior_key')
    .where('union.status', '<>', 'dissolved')
    .execute();
  return new Map(
    rows.map((row) => {
      const state: UnionState = {
        name: row.name,
        superiorId: row.superior_id,
        levelCode: row.level_code,
        formCode: row.form_code,
        uscc: row.uscc,
        employerName: row.employer_name,
        foundedOn: row.founded_on,
        approvalNumber: row.approval_number,
        staffCount: row.staff_count,
        status: row.status,
      };
      const { id, path, name_key: nameKey, superior_key: superiorKey } = row;
      return [nameKey, { id, path, nameKey, superiorKey: superiorKey ?? '', state }];
    }),
  );
}

/** What the file says otherwise. A cell left empty says nothing, so it erases nothing; a superior still to be made differs. */
function differences(
  union: ParsedUnion,
  standing: Standing,
  ids: ReadonlyMap<string, string>,
): Partial<UnionState> {
  const { state } = standing;
  const said: Partial<UnionState> = {
    name: union.name,
    levelCode: union.levelCode,
    formCode: union.formCode,
    ...(union.uscc && { uscc: union.uscc }),
    ...(union.employerName && { employerName: union.employerName }),
    ...(union.foundedOn && { foundedOn: union.foundedOn }),
    ...(union.approvalNumber && { approvalNumber: union.approvalNumber }),
    ...(union.staffCount !== undefined && { staffCount: union.staffCount }),
  };
  const keys = (Object.keys(said) as (keyof UnionState)[]).filter((key) => said[key] !== state[key]);
  const moved = union.superiorKey !== '' && union.superiorKey !== standing.superiorKey;
  return {
    ...Object.fromEntries(keys.map((key) => [key, said[key]])),
    ...(moved && { superiorId: ids.get(union.superiorKey) ?? union.superiorKey }),
  };
}

/** The union itself and, when it is new or moves, its superior must lie in the importer's scope; a superior made by the same file does. */
function mayChange(
  ctx: Ctx,
  union: ParsedUnion,
  standing: Standing | undefined,
  known: ReadonlyMap<string, Standing>,
): boolean {
  const { paths } = ctx.scope;
  if (standing && !isWithin(standing.path, paths)) return false;
  if (standing && union.superiorKey === standing.superiorKey) return true;
  if (union.superiorKey === '') return paths.includes('f');
  const superior = known.get(union.superiorKey);
  return !superior || isWithin(superior.path, paths);
}
