import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Ctx } from '../../../kernel/context.ts';
import { DomainError } from '../../../kernel/errors.ts';
import { SheetError } from '../../../kernel/sheets/errors.ts';
import { countVerdicts } from '../../../kernel/sheets/verdicts.ts';
import type { Effect, ImportRun, Judgement, JudgeWanted, RosterKind } from './kind.ts';

export interface JudgedFile<Plan> extends Judgement<Plan> {
  sheets: string[];
  counts: ImportRun['counts'];
  byFault: ImportRun['byFault'];
  /** Over the file, every verdict and every effect: equal digests mean that committing does what the preview said. */
  digest: Buffer;
}

/**
 * Reads a roster and judges it against the database. Changes nothing. Throws `sheet-unreadable` with what to do.
 */
export async function judgeFile<Plan>(
  ctx: Ctx,
  kind: RosterKind<Plan>,
  bytes: Buffer,
  wanted: JudgeWanted,
): Promise<JudgedFile<Plan>> {
  wanted.onProgress({ step: 'reading', done: 0, total: 0 });
  // A file of many rows takes seconds: the connection must not time out idle meanwhile.
  await sql`set local idle_in_transaction_session_timeout = 0`.execute(ctx.db);
  try {
    const judged = await kind.judge(ctx, bytes, wanted);
    return {
      ...judged,
      sheets: judged.tables.map(({ sheet }) => sheet),
      counts: countsOf(judged),
      byFault: faultCounts(kind, judged),
      digest: await digestOf(bytes, judged),
    };
  } catch (error) {
    if (error instanceof SheetError)
      throw new DomainError('sheet-unreadable', { reason: error.zh, reasonEn: error.en });
    throw error;
  }
}

function countsOf({ rows, effects }: Judgement<unknown>): ImportRun['counts'] {
  const verdicts = countVerdicts(rows);
  const times = (effect: Effect) => effects.filter((one) => one === effect).length;
  return {
    rows: rows.length,
    accept: verdicts.accept,
    warn: verdicts['accept-with-warning'],
    reject: verdicts.reject,
    added: times('added'),
    changed: times('changed'),
    unchanged: times('unchanged'),
  };
}

function faultCounts(
  kind: Pick<RosterKind<unknown>, 'faultTitles'>,
  { rows }: Judgement<unknown>,
): ImportRun['byFault'] {
  const counts = new Map<string, number>();
  for (const { faults } of rows) {
    if (faults.length === 0) continue;
    for (const name of new Set(faults.map((fault) => fault.kind)))
      counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, rows]) => {
      const [title, titleEn] = kind.faultTitles[name] ?? [name, name];
      return { kind: name, title, titleEn, rows };
    })
    .toSorted((a, b) => b.rows - a.rows);
}

async function digestOf(bytes: Buffer, { rows, effects }: Judgement<unknown>): Promise<Buffer> {
  const hash = createHash('sha256').update(createHash('sha256').update(bytes).digest());
  for (const [index, { sheet, row, verdict, faults }] of rows.entries()) {
    const kinds = faults.map((fault) => fault.kind);
    hash.update(JSON.stringify([sheet, row, verdict, kinds, effects[index]]));
    if (index % 5000 === 4999) await setImmediate();
  }
  return hash.digest();
}
