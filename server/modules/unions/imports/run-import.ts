import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { sql } from 'kysely';
import { record } from '../../../kernel/audit.ts';
import { savepoint, type Ctx } from '../../../kernel/context.ts';
import type { Call } from '../../../kernel/http.ts';
import { DomainError } from '../../../kernel/errors.ts';
import { refusedSheets } from '../../../kernel/sheets/verdicts.ts';
import { xlsxBytes } from '../../../kernel/sheets/write-xlsx.ts';
import { judgeFile, type JudgedFile } from './judge-file.ts';
import { keepJudgement, newRun } from './keep-run.ts';
import type { ImportRun, OnProgress, RosterKind } from './kind.ts';
import { getRunRow, readRun } from './queries.ts';
import { dropFileAfter, readKeptFile } from './store-file.ts';

type Language = Call['language'];

const quiet: OnProgress = () => {};
const inCall = { texts: false, unhurried: false, onProgress: quiet };

/** What is larger is left to a job: a proxy gives a silent call up after some 70 s. A file of this size takes a second or two. */
const atOnce = { bytes: 512 * 1024, rows: 4000 };

/** Name of the job that goes on with a run of this kind. */
export const jobOf = (noun: RosterKind<unknown>['noun']) => `${noun}.import-roster`;

/** Reads and judges a roster and keeps both for the commit. Nothing but the run itself is written. */
export async function previewFile<Plan>(
  ctx: Ctx,
  kind: RosterKind<Plan>,
  fileName: string,
  bytes: Buffer,
): Promise<ImportRun> {
  const small = bytes.length <= atOnce.bytes;
  const judged = small ? await judgeFile(ctx, kind, bytes, inCall) : null;
  const id = await newRun(ctx, kind, fileName, bytes);
  if (judged) await keepJudgement(ctx, id, judged);
  else await ctx.jobs.enqueue(ctx, jobOf(kind.noun), { importId: id });
  return readRun(ctx, kind.noun, id);
}

/** The same for a run whose file is kept already. */
export async function readKept<Plan>(
  ctx: Ctx,
  kind: RosterKind<Plan>,
  id: string,
  onProgress: OnProgress,
): Promise<void> {
  const bytes = await readKeptFile(ctx, id);
  await keepJudgement(
    ctx,
    id,
    await judgeFile(ctx, kind, bytes, { texts: false, unhurried: true, onProgress }),
  );
}

/** Does what the preview said: many rows, or behind another import, by a job. */
export async function commitRun<Plan>(ctx: Ctx, kind: RosterKind<Plan>, id: string): Promise<ImportRun> {
  const { counts } = await openRun(ctx, kind.noun, id, 'previewed');
  const small = (counts as ImportRun['counts']).rows <= atOnce.rows;
  if (small && (await lockRosters(ctx, patience.request))) await saveKept(ctx, kind, id, quiet, 'previewed');
  else {
    const set = { status: 'saving', progress: null, problem: null };
    await ctx.db.updateTable('roster_import').set(set).where('id', '=', id).execute();
    await ctx.jobs.enqueue(ctx, jobOf(kind.noun), { importId: id });
  }
  return readRun(ctx, kind.noun, id);
}

/** For a job: waits its turn and saves. */
export async function saveInTurn<Plan>(
  ctx: Ctx,
  kind: RosterKind<Plan>,
  id: string,
  onProgress: OnProgress,
): Promise<void> {
  if (!(await lockRosters(ctx, patience.job))) throw new Error('another import took too long');
  await saveKept(ctx, kind, id, onProgress, 'saving');
}

/**
 * Does what the preview said. The kept file is read and judged again; when the outcome differs in one row because the
 * data, the day or the unions changed since, nothing is done: `import-stale`. Call it with the rosters locked.
 */
async function saveKept<Plan>(
  ctx: Ctx,
  kind: RosterKind<Plan>,
  id: string,
  onProgress: OnProgress,
  from: 'previewed' | 'saving',
): Promise<void> {
  const run = await openRun(ctx, kind.noun, id, from);
  const bytes = await readKeptFile(ctx, id);
  const unhurried = from === 'saving';
  const judged = await judgeFile(ctx, kind, bytes, { texts: false, unhurried, onProgress });
  if (!judged.digest.equals(run.digest)) throw new DomainError('import-stale');
  await apply(ctx, kind, id, judged, onProgress);
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
    .set({ status: 'committed', committed_at: ctx.now, progress: null })
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

/** How long one waits for the import before. A person's call goes on as a job instead. */
const patience = { request: '5s', job: '15min' } as const;

/** Imports are saved one after the other. Returns false when the one before took longer than `wait`. */
async function lockRosters(ctx: Ctx, wait: (typeof patience)[keyof typeof patience]): Promise<boolean> {
  try {
    await savepoint(ctx, async () => {
      await sql`set local lock_timeout = ${sql.lit(wait)}`.execute(ctx.db);
      if (wait === patience.job) await sql`set local statement_timeout = ${sql.lit(wait)}`.execute(ctx.db);
      await sql`select pg_advisory_xact_lock(${rosterLock}, hashtext(${ctx.federation.schema}))`.execute(
        ctx.db,
      );
    });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code !== '55P03') throw error;
    return false;
  }
}

/** The run with its row locked, so that nobody throws it away while it is saved. */
async function openRun(ctx: Ctx, noun: RosterKind<unknown>['noun'], id: string, status: ImportRun['status']) {
  const run = await getRunRow(ctx, noun, id, { lock: status === 'previewed' });
  if (run.status !== status) throw new DomainError('import-not-open');
  return run;
}

/** Throws a preview away, its file with it; a file that is still being read, too. */
export async function discardRun(
  ctx: Ctx,
  kind: Pick<RosterKind<unknown>, 'noun'>,
  id: string,
): Promise<{ ok: true }> {
  const run = await getRunRow(ctx, kind.noun, id, { lock: true });
  if (run.status !== 'previewed' && run.status !== 'reading') throw new DomainError('import-not-open');
  const set = { status: 'discarded', progress: null };
  await ctx.db.updateTable('roster_import').set(set).where('id', '=', run.id).execute();
  await ctx.db.deleteFrom('roster_fault').where('import_id', '=', run.id).execute();
  dropFileAfter(ctx, id);
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
  if (run.status !== 'previewed' && run.status !== 'saving' && run.status !== 'committed')
    throw new DomainError('import-not-open');
  if (run.stored_as === '') throw new DomainError('import-file-gone');
  const bytes = await readKeptFile(ctx, id);
  const judged = await judgeFile(ctx, kind, bytes, { ...inCall, texts: true });
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
  if (!(await lockRosters(ctx, patience.job))) throw new DomainError('database-unavailable');
  const bytes = await readFile(path);
  const judged = await judgeFile(ctx, kind, bytes, { texts: true, unhurried: true, onProgress });
  const id = await newRun(ctx, kind, basename(path), bytes);
  await keepJudgement(ctx, id, judged);
  await apply(ctx, kind, id, judged, onProgress);
  const refused = judged.counts.reject > 0 ? await workbookOf(judged) : null;
  return { run: await readRun(ctx, kind.noun, id), refused };
}
