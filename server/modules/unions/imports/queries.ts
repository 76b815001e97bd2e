import type { ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import type { Ctx } from '../../../kernel/context.ts';
import { within } from '../../../kernel/db.ts';
import { DomainError, type ErrorCode } from '../../../kernel/errors.ts';
import type { ImportFault, ImportRun, Imports, Input } from './kind.ts';

type Noun = 'unions' | 'members';

const runsOf = (ctx: Ctx, noun: Noun) =>
  ctx.db
    .selectFrom('roster_import')
    .where('noun', '=', noun)
    .where(within('roster_import.union_path', ctx.scope.paths));

/** The run's row, locked where it is about to change. Throws `thing-not-found` outside of my scope. */
export async function getRunRow(ctx: Ctx, noun: Noun, id: string, { lock = false } = {}) {
  let found = runsOf(ctx, noun).selectAll().where('id', '=', id);
  if (lock) found = found.forUpdate();
  const row = await found.executeTakeFirst();
  if (!row) throw new DomainError('thing-not-found');
  return row;
}

/** A refusal as the row keeps it. */
export interface Problem {
  code: ErrorCode;
  values: DomainError['values'];
}

function problemOf({ code, values }: Problem): ImportRun['problem'] {
  const refusal = new DomainError(code, values);
  return { code, reason: refusal.text('zh'), reasonEn: refusal.text('en') };
}

function replyOf(row: Awaited<ReturnType<typeof getRunRow>>): ImportRun {
  return {
    id: row.id,
    fileName: row.file_name,
    status: row.status as ImportRun['status'],
    progress: row.progress as ImportRun['progress'],
    problem: row.problem ? problemOf(row.problem as Problem) : null,
    encoding: row.encoding,
    sheets: row.sheets,
    counts: row.counts as ImportRun['counts'],
    byFault: row.by_fault as ImportRun['byFault'],
    createdAt: row.created_at.toISOString(),
    committedAt: row.committed_at?.toISOString() ?? null,
    by: row.account_name,
  };
}

export async function readRun(ctx: Ctx, noun: Noun, id: string): Promise<ImportRun> {
  return replyOf(await getRunRow(ctx, noun, id));
}

export async function listRuns(
  ctx: Ctx,
  noun: Noun,
  { query }: Input<'list'>,
): Promise<ReplyOf<Imports['list']>> {
  let found = runsOf(ctx, noun);
  if (query.q) found = found.where('file_name', 'like', `%${query.q.replace(/[\\%_]/g, '\\$&')}%`);
  const [{ total }, rows] = await Promise.all([
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    found
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id', 'desc')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
  ]);
  return { items: rows.map(replyOf), total: Number(total), page: query.page, pageSize: query.pageSize };
}

export async function listFaults(
  ctx: Ctx,
  noun: Noun,
  { params, query }: Input<'faults'>,
): Promise<ReplyOf<Imports['faults']>> {
  await getRunRow(ctx, noun, params.id);
  let found = ctx.db.selectFrom('roster_fault').where('import_id', '=', params.id);
  if (query.kind) found = found.where('kind', '=', query.kind);
  const [{ total }, rows] = await Promise.all([
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
    found
      .selectAll()
      // Refusals first: they are what somebody has to do something about.
      .orderBy(sql`verdict <> 'reject'`)
      .orderBy('position')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
  ]);
  const items = rows.map((row) => ({
    sheet: row.sheet,
    row: row.row_number,
    verdict: row.verdict as ImportFault['verdict'],
    column: row.column_name,
    columnTitle: row.column_title,
    kind: row.kind,
    value: row.value,
    reason: row.reason,
    reasonEn: row.reason_en,
  }));
  return { items, total: Number(total), page: query.page, pageSize: query.pageSize };
}
