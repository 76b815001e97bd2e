import type { contract, InputOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { RawResult } from '../../kernel/http.ts';
import { csvReturnFile, fixedReturnFile, type ReturnFile } from './return-file.ts';

type Disbursements = typeof contract.disbursements;

const refusals = ['账户不存在', '户名与账号不符', '账户已冻结'];

export interface DemoReturn {
  fileName: string;
  content: Buffer;
  paid: number;
  refused: number;
}

/**
 * Plays the bank for a batch that was sent: a return file, marked as the last, that pays what awaits a result but the last
 * `reject` lines. `batch` is its id or number. Only a demonstration calls it; importing the file is the real thing.
 */
export async function makeReturnFile(
  ctx: Ctx,
  batch: string,
  { reject = 0, format = 'csv' }: { reject?: number; format?: 'csv' | 'fixed' } = {},
): Promise<DemoReturn> {
  const isId = /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(batch);
  const found = await ctx.db
    .selectFrom('payment_batch')
    .select(['id', 'number', 'return_number'])
    .where(isId ? 'id' : 'number', '=', batch)
    .where('status', 'in', ['sent', 'returned'])
    .where(within<'payment_batch'>('payment_batch.union_path', ctx.scope.paths))
    .executeTakeFirst();
  if (!found) throw new DomainError('thing-not-found');
  const lines = await ctx.db
    .selectFrom('payment_line')
    .innerJoin('disbursement', 'disbursement.id', 'payment_line.disbursement_id')
    .select(['payment_line.sequence', 'payment_line.amount_fen', 'disbursement.case_number'])
    .where('payment_line.batch_id', '=', found.id)
    .where('payment_line.result', 'in', ['pending', 'exception'])
    .orderBy('payment_line.sequence')
    .execute();
  const refused = Math.min(reject, lines.length);
  const file: ReturnFile = {
    batchNumber: found.number,
    number: found.return_number + 1,
    last: true,
    rows: lines.map((line, index) => {
      const ok = index < lines.length - refused;
      return {
        rowNumber: index + 1,
        sequence: line.sequence,
        caseNumber: line.case_number,
        amountFen: line.amount_fen,
        ok,
        reason: ok ? '' : (refusals[index % refusals.length] ?? ''),
      };
    }),
  };
  return {
    fileName: `${found.number}-回盘${file.number}.${format === 'csv' ? 'csv' : 'txt'}`,
    content: (format === 'csv' ? csvReturnFile : fixedReturnFile)(file, ctx.today),
    paid: lines.length - refused,
    refused,
  };
}

/** The same as a download. On a real federation there is no such page. */
export async function downloadDemoReturn(
  ctx: Ctx,
  { params, query }: InputOf<Disbursements['demoReturn']>,
): Promise<RawResult> {
  if (!ctx.config.demo) throw new DomainError('thing-not-found');
  const { content, fileName } = await makeReturnFile(ctx, params.id, query);
  return { mediaType: 'application/octet-stream', content, fileName };
}
