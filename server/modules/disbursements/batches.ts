import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { sql } from 'kysely';
import { holdsOver } from '../../kernel/access.ts';
import type { Ctx } from '../../kernel/context.ts';
import { within } from '../../kernel/db.ts';
import { DomainError, errorTable } from '../../kernel/errors.ts';
import { notReleasable } from './four-eyes.ts';

type Disbursements = typeof contract.disbursements;
export type Batch = ReplyOf<Disbursements['getBatch']>;

/** A row of `payment_batch`, locked for a change. */
export interface LockedBatch {
  id: string;
  number: string;
  fundId: string;
  unionPath: string;
  status: string;
  lineCount: number;
  totalFen: number;
  sha256: Buffer | null;
  csvAs: string | null;
  fixedAs: string | null;
  releasedAt: Date | null;
  returnNumber: number;
}

const lockedColumns = [
  'id',
  'number',
  'fund_id as fundId',
  'union_path as unionPath',
  'status',
  'line_count as lineCount',
  'total_fen as totalFen',
  'sha256',
  'csv_as as csvAs',
  'fixed_as as fixedAs',
  'released_at as releasedAt',
  'return_number as returnNumber',
] as const;

const inScope = (ctx: Ctx) => within<'payment_batch'>('payment_batch.union_path', ctx.scope.paths);

/** Throws `thing-not-found` when out of scope. Whoever comes second waits, then sees what the first did. */
export async function lockBatch(ctx: Ctx, id: string): Promise<LockedBatch> {
  const found = await ctx.db
    .selectFrom('payment_batch')
    .select(lockedColumns)
    .where('id', '=', id)
    .where(inScope(ctx))
    .forUpdate()
    .executeTakeFirst();
  if (!found) throw new DomainError('thing-not-found');
  return found;
}

/** The same without the lock, for reading its file. */
export async function findReleased(ctx: Ctx, id: string): Promise<LockedBatch | null> {
  const found = await ctx.db
    .selectFrom('payment_batch')
    .select(lockedColumns)
    .where('id', '=', id)
    .where('sha256', 'is not', null)
    .where(inScope(ctx))
    .executeTakeFirst();
  return found ?? null;
}

const batchRows = (ctx: Ctx) =>
  ctx.db
    .selectFrom('payment_batch')
    .innerJoin('fund', 'fund.id', 'payment_batch.fund_id')
    .innerJoin('account as preparer', 'preparer.id', 'payment_batch.prepared_by')
    .leftJoin('account as releaser', 'releaser.id', 'payment_batch.released_by')
    .where('payment_batch.status', '!=', 'cancelled')
    .where(within('payment_batch.union_path', ctx.scope.paths) as never);

const rowColumns = [
  'payment_batch.id',
  'payment_batch.number',
  'payment_batch.union_path as unionPath',
  'payment_batch.status',
  'payment_batch.line_count as lineCount',
  'payment_batch.total_fen as totalFen',
  'payment_batch.ok_count as okCount',
  'payment_batch.failed_count as failedCount',
  'payment_batch.sha256',
  'payment_batch.created_at as createdAt',
  'payment_batch.released_at as releasedAt',
  'fund.id as fundId',
  'fund.name as fundName',
  'preparer.name as preparedBy',
  'releaser.name as releasedBy',
] as const;

interface Row {
  id: string;
  number: string;
  unionPath: string;
  status: string;
  lineCount: number;
  totalFen: number;
  okCount: number;
  failedCount: number;
  sha256: Buffer | null;
  createdAt: Date;
  releasedAt: Date | null;
  fundId: string;
  fundName: string;
  preparedBy: string;
  releasedBy: string | null;
}

async function openExceptions(ctx: Ctx, ids: readonly string[]): Promise<Map<string, number>> {
  const rows = await ctx.db
    .selectFrom('payment_exception')
    .select(['batch_id', sql<number>`count(*)`.as('count')])
    .where((eb) => eb('batch_id', '=', eb.fn.any(eb.val([...ids]))))
    .where('status', '=', 'open')
    .groupBy('batch_id')
    .execute();
  return new Map(rows.map((row) => [row.batch_id ?? '', row.count]));
}

/** What may be done in a state, by permission. */
const acts = {
  locked: ['cancel', 'release'],
  exported: ['file', 'send'],
  sent: ['file', 'reconcile'],
  returned: ['file', 'reconcile'],
  reconciled: ['file'],
} as const;

const permissionOf = {
  cancel: 'disbursements.prepare',
  release: 'disbursements.release',
  file: 'disbursements.release',
  send: 'disbursements.release',
  reconcile: 'disbursements.reconcile',
} as const;

function standing(ctx: Ctx, row: Row, mine: boolean): { can: string[]; cannot: string | null } {
  const may = (acts[row.status as keyof typeof acts] ?? []).filter((act) =>
    holdsOver(ctx.actor, permissionOf[act], row.unionPath),
  );
  const forbidden = mine && may.includes('release');
  const can: string[] = may.filter((act) => act !== 'release' || !forbidden);
  if (ctx.config.demo && can.includes('reconcile')) can.push('demo-return');
  return { can, cannot: forbidden ? errorTable['release-same-person'][1] : null };
}

async function describe(ctx: Ctx, rows: readonly Row[]): Promise<Batch[]> {
  if (rows.length === 0) return [];
  const exceptions = await openExceptions(
    ctx,
    rows.map(({ id }) => id),
  );
  const locked = rows.filter((row) => row.status === 'locked').map(({ id }) => id);
  const mine =
    ctx.actor.kind === 'cadre' && locked.length > 0
      ? await notReleasable(ctx, ctx.actor, locked)
      : new Set<string>();
  return rows.map((row) => {
    const { unionPath: _path, fundId, fundName, sha256, ...rest } = row;
    return {
      ...rest,
      status: row.status as Batch['status'],
      fund: { id: fundId, name: fundName },
      exceptionCount: exceptions.get(row.id) ?? 0,
      sha256: sha256?.toString('hex') ?? null,
      createdAt: row.createdAt.toISOString(),
      releasedAt: row.releasedAt?.toISOString() ?? null,
      ...standing(ctx, row, mine.has(row.id)),
    };
  });
}

/** One batch as screens show it. Throws `thing-not-found`. */
export async function getBatch(ctx: Ctx, id: string): Promise<Batch> {
  const row = await batchRows(ctx).select(rowColumns).where('payment_batch.id', '=', id).executeTakeFirst();
  if (!row) throw new DomainError('thing-not-found');
  return (await describe(ctx, [row]))[0]!;
}

export const showBatch = (ctx: Ctx, { params }: InputOf<Disbursements['getBatch']>) =>
  getBatch(ctx, params.id);

/** Newest first; `q` is the beginning of a batch number. */
export async function listBatches(
  ctx: Ctx,
  { query }: InputOf<Disbursements['listBatches']>,
): Promise<ReplyOf<Disbursements['listBatches']>> {
  let found = batchRows(ctx);
  if (query.status) found = found.where('payment_batch.status', '=', query.status);
  if (query.q) found = found.where('payment_batch.number', 'ilike', `${query.q.replace(/[%_\\]/g, '\\$&')}%`);
  const [rows, { total }] = await Promise.all([
    found
      .select(rowColumns)
      .orderBy('payment_batch.created_at', 'desc')
      .orderBy('payment_batch.id', 'desc')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
    found.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow(),
  ]);
  return { items: await describe(ctx, rows), total, page: query.page, pageSize: query.pageSize };
}

/** Lines of a batch in the order of its bank file. */
export async function listLines(
  ctx: Ctx,
  { params, query }: InputOf<Disbursements['listLines']>,
): Promise<ReplyOf<Disbursements['listLines']>> {
  await getBatch(ctx, params.id);
  const lines = ctx.db
    .selectFrom('payment_line')
    .innerJoin('disbursement', 'disbursement.id', 'payment_line.disbursement_id')
    .where('payment_line.batch_id', '=', params.id)
    .where('payment_line.result', '!=', 'cancelled');
  const [rows, { total }] = await Promise.all([
    lines
      .select([
        'payment_line.sequence',
        'payment_line.disbursement_id as disbursementId',
        'disbursement.case_id as caseId',
        'disbursement.case_number as caseNumber',
        'disbursement.payee_name as payeeName',
        'payment_line.bank_card_masked as bankCardMasked',
        'payment_line.amount_fen as amountFen',
        'payment_line.result',
        'payment_line.reason',
      ])
      .orderBy('payment_line.sequence')
      .limit(query.pageSize)
      .offset((query.page - 1) * query.pageSize)
      .execute(),
    lines.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow(),
  ]);
  const items = rows.map((row) => ({ ...row, result: row.result as 'pending' }));
  return { items, total, page: query.page, pageSize: query.pageSize };
}
