import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testApp, type TestApp } from '../../../tests/database/test-app.ts';
import { savepoint } from '../../kernel/context.ts';
import {
  approveClaim,
  asCadre,
  fundWith,
  insertApproved,
  sentBatch,
} from '../../../tests/ledger/approved-claims.ts';
import { getFund, type Fund } from './funds.ts';
import { reconcileLedger } from './index.ts';
import { post } from './ledger.ts';

let t: TestApp;
let owner: pg.Client;

beforeAll(async () => {
  t = await testApp();
  owner = new pg.Client({ connectionString: t.url });
  await owner.connect();
  await owner.query(`set search_path to "${t.federation.schema}"`);
});
afterAll(async () => {
  await owner?.end();
  await t?.close();
});

let funds = 0;
const freshFund = async (amountFen: number): Promise<{ fund: Fund; code: string }> => {
  const code = `ledger-${(funds += 1)}`;
  return { code, fund: await fundWith(t, amountFen, code) };
};
const available = (fund: Fund) =>
  t.db(async (ctx) => (await getFund(ctx, fund.id)).accounts.available.balanceFen);
const sqlState = (code: string) => expect.objectContaining({ code });

describe('the ledger', () => {
  it('is append-only for the application', async () => {
    const { fund } = await freshFund(500);
    for (const change of [
      'update transfer set amount_fen = amount_fen + 1',
      'delete from transfer',
      'update bank_return set row_count = 0',
      'delete from ledger_account',
    ]) {
      const attempt = t.server.platform.database.pool.query(
        change.replace(/(transfer|bank_return|ledger_account)/, `"${t.federation.schema}".$1`),
      );
      await expect(attempt).rejects.toEqual(sqlState('42501'));
    }
    expect(await available(fund)).toBe(500);
  });

  it('refuses by constraint what no code should write', async () => {
    const { fund } = await freshFund(500);
    const { available: to, source: from, reserved } = fund.accounts;
    const insert = (debit: string, credit: string, amount: number, key: string) =>
      owner.query(
        `insert into transfer (id, business_key, kind, fund_id, debit_account_id, credit_account_id, amount_fen, union_path, by_name, at)
         values (gen_random_uuid(), $1, 'deposit', $2, $3, $4, $5, 'f.1.2', '测试', now())`,
        [key, fund.id, debit, credit, amount],
      );
    await expect(insert(from.id, to.id, 0, 'a')).rejects.toEqual(sqlState('23514'));
    await expect(insert(from.id, to.id, -1, 'b')).rejects.toEqual(sqlState('23514'));
    await expect(insert(to.id, to.id, 1, 'c')).rejects.toEqual(sqlState('23514'));
    const below = owner.query('update ledger_account set balance_fen = -1 where id = $1', [reserved.id]);
    await expect(below).rejects.toEqual(sqlState('23514'));
  });

  it('books a business key once, whatever the retry', async () => {
    const { fund } = await freshFund(0);
    const call = { params: { id: fund.id }, body: { amountFen: 700, note: '拨款' } };
    const treasurer = t.as('treasurer').disbursements;
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => treasurer.deposit(call, { idempotencyKey: 'once-1' })),
    );
    expect(new Set(replies.map((reply) => reply.availableFen))).toEqual(new Set([700]));
    // After years the request's key is swept; the business key is not.
    await owner.query('delete from idempotency_key');
    const late = treasurer.deposit(call, { idempotencyKey: 'once-1' });
    await expect(late).rejects.toMatchObject({ code: 'row-conflict' });
    expect(await available(fund)).toBe(700);
  });

  it('never spends more than there is, with twenty approving at once', async () => {
    const { fund, code } = await freshFund(7_500);
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, () => approveClaim(t, { amountFen: 1_000, fund: code, card: null })),
    );
    const refused = results.filter((result) => result.status === 'rejected');
    expect(results.length - refused.length).toBe(7);
    for (const { reason } of refused as PromiseRejectedResult[]) {
      expect(reason).toMatchObject({ code: 'fund-insufficient', values: { needed: '10' } });
      expect(Number(reason.values.available)).toBeLessThan(10);
    }
    expect(await available(fund)).toBe(500);
    const { count } = await t.db((ctx) =>
      ctx.db
        .selectFrom('disbursement')
        .select((eb) => eb.fn.countAll<number>().as('count'))
        .where('fund_id', '=', fund.id)
        .executeTakeFirstOrThrow(),
    );
    expect(count).toBe(7);
    expect(await t.db(reconcileLedger)).toEqual([]);
  });

  it('refuses one case of many, and drops what its savepoint had booked', async () => {
    const { fund, code } = await freshFund(2_500);
    const outcomes = await asCadre(t, 'approver', async (ctx) => {
      const told: string[] = [];
      for (const amountFen of [1_000, 2_000, 1_000]) {
        const memberId = t.world.members.chen.id;
        await savepoint(ctx, async () => {
          await insertApproved(t, ctx, {
            memberId,
            by: 'approver',
            channel: 'bank-card',
            amountFen,
            fund: code,
          });
          if (told.length === 0) throw new Error('something after the reservation');
        }).then(
          () => told.push('ok'),
          (error: { code?: string; message: string }) => told.push(error.code ?? error.message),
        );
      }
      return told;
    });
    expect(outcomes).toEqual(['something after the reservation', 'ok', 'fund-insufficient']);
    expect(await available(fund)).toBe(500);
    expect(await t.db(reconcileLedger)).toEqual([]);
  });

  it('undoes everything when the balance refuses at COMMIT', async () => {
    const { fund } = await freshFund(100);
    const overdraw = t.db(async (ctx) => {
      // Past the early check, as two transactions would that read the same balance.
      await post(ctx, fund, 'reserve', [{ businessKey: 'late:1', amountFen: 101, unionPath: 'f.1.2' }]);
      await ctx.db.updateTable('fund').set({ name: '不该留下' }).where('id', '=', fund.id).execute();
    });
    await expect(overdraw).rejects.toMatchObject({
      code: 'fund-insufficient',
      values: { available: '1', needed: '1.01' },
    });
    const kept = await t.db((ctx) => getFund(ctx, fund.id));
    expect(kept).toMatchObject({ name: '普惠服务资金', accounts: { available: { balanceFen: 100 } } });
    const rows = await owner.query(`select 1 from transfer where business_key = 'late:1'`);
    expect(rows.rowCount).toBe(0);
  });
});

describe('the nightly proof', () => {
  it('names the row of a single fen', async () => {
    const { fund, code } = await freshFund(10_000);
    await approveClaim(t, { fund: code, amountFen: 3_000 });
    await sentBatch(t, fund);
    const payment = await owner.query('select id, batch_id from disbursement where fund_id = $1', [fund.id]);
    const { id, batch_id: batchId } = payment.rows[0] as { id: string; batch_id: string };
    const drifted = async (change: string, back: string, params: string[]) => {
      await owner.query(change, params);
      const drifts = await t.db(reconcileLedger);
      await owner.query(back, params);
      expect(await t.db(reconcileLedger)).toEqual([]);
      return drifts.map((drift) => [drift.what, drift.id, drift.actualFen - drift.expectedFen]);
    };
    const balance = (sign: string) =>
      `update ledger_account set balance_fen = balance_fen ${sign} 1 where id = $1`;
    expect(await drifted(balance('+'), balance('-'), [fund.accounts.available.id])).toEqual([
      ['account', fund.accounts.available.id, 1],
    ]);
    const amount = (sign: string) =>
      `update disbursement set amount_fen = amount_fen ${sign} 1 where id = $1`;
    expect(await drifted(amount('-'), amount('+'), [id])).toEqual([
      ['payment', id, 1],
      ['line', `${batchId} 1`, 1],
    ]);
    const sent = (sign: string) =>
      `update transfer set amount_fen = amount_fen ${sign} 1 where disbursement_id = $1 and kind = 'send'`;
    expect(await drifted(sent('+'), sent('-'), [id])).toContainEqual(['payment', id, 1]);
    const total = (sign: string) => `update payment_batch set total_fen = total_fen ${sign} 1 where id = $1`;
    expect(await drifted(total('+'), total('-'), [batchId])).toEqual([['batch', batchId, 1]]);
    const status = (word: string) => `update disbursement set status = '${word}' where id = $1`;
    expect(await drifted(status('paid'), status('sent'), [id])).toContainEqual(['payment', id, -3_000]);
  });
});
