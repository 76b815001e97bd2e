import { basename } from 'node:path';
import { sql } from 'kysely';
import type { Ctx } from '../../../kernel/context.ts';
import type { RowVerdict } from '../../../kernel/sheets/verdicts.ts';
import type { JudgedFile } from './judge-file.ts';
import type { RosterKind } from './kind.ts';
import { keepFile } from './store-file.ts';

/** Letters a file's name may show; directories and control characters are no part of it. */
const plainName = (name: string) =>
  basename(name.replaceAll('\\', '/'))
    .replace(/\p{Cc}|\p{Cf}/gu, '')
    .slice(0, 120);

const nothingYet = { rows: 0, accept: 0, warn: 0, reject: 0, added: 0, changed: 0, unchanged: 0 };

/** The run of a file that is about to be read. */
export async function newRun(
  ctx: Ctx,
  kind: Pick<RosterKind<unknown>, 'noun' | 'fallbackName'>,
  fileName: string,
  bytes: Buffer,
): Promise<string> {
  const id = ctx.id();
  const { actor } = ctx;
  await ctx.db
    .insertInto('roster_import')
    .values({
      id,
      noun: kind.noun,
      file_name: plainName(fileName) || kind.fallbackName,
      digest: Buffer.alloc(0),
      stored_as: await keepFile(ctx, id, bytes),
      status: 'reading',
      encoding: '',
      sheets: [],
      counts: JSON.stringify(nothingYet),
      by_fault: '[]',
      union_path: ctx.scope.paths[0]!,
      account_id: actor.kind === 'cadre' ? actor.accountId : null,
      account_name: actor.kind === 'cadre' || actor.kind === 'system' ? actor.name : '',
      created_at: ctx.now,
    })
    .execute();
  return id;
}

/** Does nothing when somebody threw the run away while it was read. */
export async function keepJudgement(ctx: Ctx, id: string, judged: JudgedFile<unknown>): Promise<void> {
  const kept = await ctx.db
    .updateTable('roster_import')
    .set({
      status: 'previewed',
      progress: null,
      digest: judged.digest,
      encoding: judged.encoding,
      sheets: judged.sheets,
      counts: JSON.stringify(judged.counts),
      by_fault: JSON.stringify(judged.byFault),
      ...(ctx.actor.kind === 'system' && { union_path: judged.unionPath }),
    })
    .where('id', '=', id)
    .where('status', '=', 'reading')
    .returning('id')
    .execute();
  if (kept.length > 0) await keepFaults(ctx, id, judged.rows);
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
