import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { sql } from 'kysely';
import { record } from '../../../kernel/audit.ts';
import type { Ctx } from '../../../kernel/context.ts';
import type { Call } from '../../../kernel/http.ts';
import { DomainError } from '../../../kernel/errors.ts';
import { refusedSheets, type RowVerdict } from '../../../kernel/sheets/verdicts.ts';
import { xlsxBytes } from '../../../kernel/sheets/write-xlsx.ts';
import { judgeFile, type JudgedFile } from './judge-file.ts';
import type { ImportRun, OnProgress, RosterKind } from './kind.ts';
import { getRunRow, readRun } from './queries.ts';
import { dropFile, keepFile, readKeptFile } from './store-file.ts';

type Language = Call['language'];

const quiet: OnProgress = () => {};

/** Reads and judges a roster and keeps both for the commit. Nothing but the run itself is written. */
export async function previewFile<Plan>(
  ctx: Ctx,
  kind: RosterKind<Plan>,
  fileName: string,
  bytes: Buffer,
): Promise<ImportRun> {
  const judged = await judgeFile(ctx, kind, bytes, { texts: false, onProgress: quiet });
  return readRun(ctx, kind.noun, await keepRun(ctx, kind, fileName, bytes, judged));
}

/** Letters a file's name may show; directories and control characters are no part of it. */
const plainName = (name: string) =>
  basename(name.replaceAll('\\', '/'))
    .replace(/\p{Cc}|\p{Cf}/gu, '')
    .slice(0, 120);

async function keepRun<Plan>(
  ctx: Ctx,
  kind: RosterKind<Plan>,
  fileName: string,
  bytes: Buffer,
  judged: JudgedFile<Plan>,
): Promise<string> {
  const id = ctx.id();
  const { actor } = ctx;
  await ctx.db
    .insertInto('roster_import')
    .values({
      id,
      noun: kind.noun,
      file_name: plainName(fileName) || kind.fallbackName,
      digest: judged.digest,
      stored_as: await keepFile(ctx, id, bytes),
      status: 'previewed',
      encoding: judged.encoding,
      sheets: judged.sheets,
      counts: JSON.stringify(judged.counts),
      by_fault: JSON.stringify(judged.byFault),
      union_path: ctx.actor.kind === 'system' ? judged.unionPath : ctx.scope.paths[0]!,
      account_id: actor.kind === 'cadre' ? actor.accountId : null,
      account_name: actor.kind === 'cadre' || actor.kind === 'system' ? actor.name : '',
      created_at: ctx.now,
    })
    .execute();
  await keepFaults(ctx, id, judged.rows);
  return id;
}

/** Faults per statement: a file may be wrong in every row, and nobody waits while they become one text. */
const perStatement = 2000;

async function keepFaults(ctx: Ctx, importId: string, rows: readonly RowVerdict<unknown>[]): Promise<void> {
  let position = 0;
  let faults: object[] = [];
  for (const { sheet, row, verdict, faults: found } of rows) {
    for (const fault of found) faults.push({ sheet, row, verdict, ...fault, position: position++ });
    if (faults.length < perStatement) continue;
    await insertFaults(ctx, importId, faults);
    faults = [];
  }
  if (faults.length > 0) await insertFaults(ctx, importId, faults);
}

async function insertFaults(ctx: Ctx, importId: string, faults: readonly object[]): Promise<void> {
  await sql`
    insert into roster_fault
      (import_id, position, sheet, row_number, verdict, column_name, column_title, kind, value, reason, reason_en)
    select ${importId}::uuid, position, sheet, "row", verdict, "column", "columnTitle", kind, value, reason, "reasonEn"
    from json_to_recordset(${withoutNul(JSON.stringify(faults))}::json) as r (position int, sheet text, "row" int,
      verdict text, "column" text, "columnTitle" text, kind text, value text, reason text, "reasonEn" text)`.execute(
    ctx.db,
  );
}

/** PostgreSQL's text holds no NUL, and a cell of somebody's file may. */
const withoutNul = (json: string) => json.replaceAll('\\u0000', '');

/**
 * Does what the preview said. The kept file is read and judged again; when the outcome differs in one row because the
 * data, the day or the unions changed since, nothing is done: `import-stale`. Commits wait for one another.
 */
export async function commitRun<Plan>(
  ctx: Ctx,
  kind: RosterKind<Plan>,
  id: string,
  onProgress: OnProgress = quiet,
): Promise<ImportRun> {
  await lockRosters(ctx);
  const run = await openRun(ctx, kind, id);
  const bytes = await readKeptFile(ctx, id);
  const judged = await judgeFile(ctx, kind, bytes, { texts: false, onProgress });
  if (!judged.digest.equals(run.digest)) throw new DomainError('import-stale');
  await apply(ctx, kind, id, judged, onProgress);
  return readRun(ctx, kind.noun, id);
}

async function apply<Plan>(
  ctx: Ctx,
  kind: RosterKind<Plan>,
  id: string,
  judged: JudgedFile<Plan>,
  onProgress: OnProgress,
): Promise<void> {
  await kind.apply(ctx, judged.plan, id, onProgress);
  const run = await ctx.db
    .updateTable('roster_import')
    .set({ status: 'committed', committed_at: ctx.now })
    .where('id', '=', id)
    .returning(['union_path', 'file_name'])
    .executeTakeFirstOrThrow();
  await record(ctx, {
    kind: `${kind.noun}.imported`,
    subject: 'roster-import',
    subjectId: id,
    unionPath: run.union_path,
    data: { counts: judged.counts, fileName: run.file_name, digest: judged.digest.toString('hex') },
  });
}

const rosterLock = 7204;

async function lockRosters(ctx: Ctx): Promise<void> {
  await sql`set local lock_timeout = '60s'`.execute(ctx.db);
  await sql`select pg_advisory_xact_lock(${rosterLock}, hashtext(${ctx.federation.schema}))`.execute(ctx.db);
}

async function openRun(ctx: Ctx, kind: Pick<RosterKind<unknown>, 'noun'>, id: string) {
  const run = await getRunRow(ctx, kind.noun, id);
  if (run.status !== 'previewed') throw new DomainError('import-not-open');
  return run;
}

/** Throws a preview away, its file with it. */
export async function discardRun(
  ctx: Ctx,
  kind: Pick<RosterKind<unknown>, 'noun'>,
  id: string,
): Promise<{ ok: true }> {
  await lockRosters(ctx);
  const run = await openRun(ctx, kind, id);
  await ctx.db.updateTable('roster_import').set({ status: 'discarded' }).where('id', '=', run.id).execute();
  await ctx.db.deleteFrom('roster_fault').where('import_id', '=', run.id).execute();
  ctx.afterCommit(
    () =>
      void dropFile(ctx, id).catch((error: unknown) =>
        ctx.log.error({ err: error }, 'a roster was not removed'),
      ),
  );
  return { ok: true };
}

/**
 * The refused rows as a workbook with a reason column. They are judged anew, so after a commit the reasons are those of
 * today; the workbook holds personal numbers in plain, which is audited.
 */
export async function refusedWorkbook<Plan>(
  ctx: Ctx,
  kind: RosterKind<Plan>,
  id: string,
  language: Language,
): Promise<Buffer> {
  const run = await getRunRow(ctx, kind.noun, id);
  if (run.status === 'discarded') throw new DomainError('import-not-open');
  if (run.stored_as === '') throw new DomainError('import-file-gone');
  const bytes = await readKeptFile(ctx, id);
  const judged = await judgeFile(ctx, kind, bytes, { texts: true, onProgress: quiet });
  const rejected = judged.rows.filter(({ verdict }) => verdict === 'reject').length;
  await record(ctx, {
    kind: `${kind.noun}.refused-rows-downloaded`,
    subject: 'roster-import',
    subjectId: id,
    unionPath: run.union_path,
    data: { rows: rejected },
  });
  return workbookOf(judged, language);
}

const noneRefused = {
  zh: { name: '没有未通过的行', title: '原因' },
  en: { name: 'No refused rows', title: 'Reason' },
};

async function workbookOf({ tables, rows }: JudgedFile<unknown>, language: Language = 'zh'): Promise<Buffer> {
  const sheets = refusedSheets(tables, rows, language);
  if (sheets.length > 0) return xlsxBytes(sheets);
  const { name, title } = noneRefused[language];
  return xlsxBytes([{ name, columns: [{ title }], rows: [] }]);
}

/** Preview and commit in one go, for the command line. `refused` is the workbook of refused rows, null when there are none. */
export async function importFile<Plan>(
  ctx: Ctx,
  kind: RosterKind<Plan>,
  path: string,
  onProgress: OnProgress,
): Promise<{ run: ImportRun; refused: Buffer | null }> {
  await lockRosters(ctx);
  const bytes = await readFile(path);
  const judged = await judgeFile(ctx, kind, bytes, { texts: true, onProgress });
  const id = await keepRun(ctx, kind, basename(path), bytes, judged);
  await apply(ctx, kind, id, judged, onProgress);
  const refused = judged.counts.reject > 0 ? await workbookOf(judged) : null;
  return { run: await readRun(ctx, kind.noun, id), refused };
}
