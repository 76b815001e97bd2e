import { yuanText } from '@smart-union/catalogue-kit';
import { sql } from 'kysely';
import { atEnd, type Ctx } from '../../kernel/context.ts';
import type { LastStatement } from '../../kernel/db.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { Fund } from './funds.ts';

/**
 * Where money of a fund stands: put in from outside (`source`, the only one below zero), free, promised to an approved
 * claim, at the bank, arrived.
 */
export const accountKinds = ['source', 'available', 'reserved', 'in-transit', 'paid'] as const;
export type AccountKind = (typeof accountKinds)[number];

/** Every kind of transfer: the account that gives (debit) and the one that receives (credit). */
const flows = {
  deposit: ['source', 'available'],
  reserve: ['available', 'reserved'],
  release: ['reserved', 'available'],
  send: ['reserved', 'in-transit'],
  settle: ['in-transit', 'paid'],
  reject: ['in-transit', 'reserved'],
  visit: ['reserved', 'paid'],
  refund: ['paid', 'reserved'],
} as const satisfies Record<string, readonly [AccountKind, AccountKind]>;
export type TransferKind = keyof typeof flows;

/** One transfer to be written. */
export interface Posting {
  /** What it is for, e.g. `reserve:<case>:1`. Unique for ever: the same thing cannot be booked twice, whatever the retry. */
  businessKey: string;
  /** Whole fen, above zero. */
  amountFen: number;
  /** Who may see it: the applicant's union, or the fund's for a deposit. */
  unionPath: string;
  memberId?: string;
  caseId?: string;
  disbursementId?: string;
  batchId?: string;
  note?: string;
}

interface Move {
  accountId: string;
  changeFen: number;
}

/** Yuan as a bare number, for texts that say 元 themselves. */
export const yuan = (fen: number) => yuanText(fen).replace('¥', '');

function totals(moves: readonly Move[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { accountId, changeFen } of moves) sums.set(accountId, (sums.get(accountId) ?? 0) + changeFen);
  return sums;
}

const failedBalance = /Failing row contains \(([0-9a-f-]{36}), .*, (-\d+)\)/;

/** Below zero by the database's own check: the one refusal that holds however many approve at once. */
function refusalOf(error: unknown, sums: Map<string, number>): unknown {
  const { code, detail = '' } = error as { code?: string; detail?: string };
  if (code !== '23514') return error;
  const [, accountId = '', balance = '0'] = failedBalance.exec(detail) ?? [];
  const needed = -(sums.get(accountId) ?? 0);
  return new DomainError('fund-insufficient', {
    available: yuan(needed + Number(balance)),
    needed: yuan(needed),
  });
}

/** Moves all balances of a transaction in one statement, rows locked in the order of their ids: no two can deadlock. */
function moveBalances(ctx: Ctx, moves: readonly Move[]): LastStatement {
  const sums = totals(moves);
  const changed = [...sums].filter(([, change]) => change !== 0);
  const ids = changed.map(([id]) => id);
  const changes = changed.map(([, change]) => change);
  const query = sql`
    with wanted as (select * from unnest(${ids}::uuid[], ${changes}::bigint[]) as w (id, change)),
    locked as (
      select a.id from ledger_account a where a.id in (select id from wanted) order by a.id for no key update
    )
    update ledger_account a set balance_fen = a.balance_fen + w.change
    from wanted w join locked on locked.id = w.id where a.id = w.id`.compile(ctx.db);
  return { query, refusal: (error) => refusalOf(error, sums) };
}

/** What this transaction will still take from or add to an account at its end. */
const pendingOn = (ctx: Ctx, accountId: string) =>
  ctx.ending
    .filter(({ act, part }) => act === moveBalances && (part as Move).accountId === accountId)
    .reduce((sum, { part }) => sum + (part as Move).changeFen, 0);

/**
 * Refuses early when the fund cannot cover `amountFen`, so that one case of many is refused by itself. What two
 * transactions take at once is decided by the balance's own check at the end.
 */
export function requireCover(ctx: Ctx, fund: Fund, amountFen: number): void {
  const { id, balanceFen } = fund.accounts.available;
  const available = balanceFen + pendingOn(ctx, id);
  if (available >= amountFen) return;
  throw new DomainError('fund-insufficient', { available: yuan(available), needed: yuan(amountFen) });
}

const whoOf = ({ actor }: Ctx) => {
  if (actor.kind === 'cadre') return { accountId: actor.accountId, name: actor.name };
  return { accountId: null, name: actor.kind === 'anonymous' ? '未登录' : actor.name };
};

/**
 * Writes transfers of one kind, one row each: debit account, credit account, amount. Balances follow at the end of the
 * transaction. Throws `row-conflict` when a business key was booked before.
 */
export async function post(
  ctx: Ctx,
  fund: Pick<Fund, 'id' | 'accounts'>,
  kind: TransferKind,
  postings: readonly Posting[],
): Promise<void> {
  if (postings.length === 0) return;
  const [debit, credit] = flows[kind];
  const [from, to] = [fund.accounts[debit].id, fund.accounts[credit].id];
  const who = whoOf(ctx);
  const column = <K extends keyof Posting>(key: K) => postings.map((posting) => posting[key] ?? null);
  let sum = 0;
  for (const { amountFen } of postings) {
    if (!Number.isSafeInteger(amountFen) || amountFen <= 0) throw new RangeError(`no amount: ${amountFen}`);
    sum += amountFen;
  }
  await sql`
    insert into transfer (id, business_key, kind, fund_id, debit_account_id, credit_account_id, amount_fen, union_path,
      member_id, case_id, disbursement_id, batch_id, account_id, by_name, note, at)
    select id, key, ${kind}, ${fund.id}, ${from}, ${to}, amount, path, member, case_id, disbursement, batch,
      ${who.accountId}::uuid, ${who.name}, note, ${ctx.now}
    from unnest(${postings.map(() => ctx.id())}::uuid[], ${column('businessKey')}::text[],
      ${column('amountFen')}::bigint[], ${column('unionPath')}::text[], ${column('memberId')}::uuid[],
      ${column('caseId')}::uuid[], ${column('disbursementId')}::uuid[], ${column('batchId')}::uuid[],
      ${column('note')}::text[])
      as p (id, key, amount, path, member, case_id, disbursement, batch, note)`.execute(ctx.db);
  atEnd(ctx, moveBalances, { accountId: from, changeFen: -sum });
  atEnd(ctx, moveBalances, { accountId: to, changeFen: sum });
}

/** What a transaction has booked shows in the balances at its end; a reply that tells them adds what is still to come. */
export const withPending = (ctx: Ctx, account: { id: string; balanceFen: number }) =>
  account.balanceFen + pendingOn(ctx, account.id);
