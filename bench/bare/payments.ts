import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { refused, type Bare } from './bare.ts';

const transfer = `insert into transfer (id, business_key, kind, fund_id, debit_account_id, credit_account_id, amount_fen, union_path,
  member_id, case_id, disbursement_id, batch_id, account_id, by_name, at)`;

/** A batch made, released with its bank file, handed over, and settled by the bank's return file. */
export function servePayments({ app, world, personOf, inTransaction }: Bare): void {
  const { fund } = world;

  app.post<{ Body: { ids: string[] } }>('/batches', async (request) => {
    const { accountId } = await personOf(request);
    const { ids } = request.body;
    const [id, number] = [randomUUID(), `BARE-${randomUUID().slice(0, 8)}`];
    return inTransaction(async (client) => {
      const taken = await client.query({
        name: 'ready',
        text: `select id, amount_fen::int from disbursement where id = any($1) and status = 'ready' order by approved_at, id for update skip locked`,
        values: [ids],
      });
      if (taken.rowCount !== ids.length) throw refused(409, 'not ready');
      const total = taken.rows.reduce((sum, row) => sum + row.amount_fen, 0);
      await client.query({
        name: 'batch',
        text: `insert into payment_batch (id, number, fund_id, union_path, status, line_count, total_fen, prepared_by, created_at)
          values ($1, $2, $3, $4, 'locked', $5, $6, $7, now())`,
        values: [id, number, fund.id, world.city, ids.length, total, accountId],
      });
      await client.query({
        name: 'lines',
        text: `insert into payment_line (batch_id, sequence, disbursement_id, amount_fen, bank_card_sealed, bank_card_masked, result)
          select $1, row_number() over (order by approved_at, id), id, amount_fen, bank_card_sealed, bank_card_masked, 'pending'
          from disbursement where id = any($2)`,
        values: [id, ids],
      });
      await client.query({
        name: 'batched',
        text: `update disbursement set status = 'batched', batch_id = $1 where id = any($2)`,
        values: [id, ids],
      });
      return { id, number, status: 'locked', lineCount: ids.length, totalFen: total };
    });
  });

  const lock = async (client: pg.PoolClient, id: string, status: string) => {
    const found = await client.query({
      name: 'batch-lock',
      text: 'select * from payment_batch where id = $1 and status = $2 for update',
      values: [id, status],
    });
    if (found.rowCount === 0) throw refused(409, 'not open');
    return found.rows[0];
  };

  const move = (client: pg.PoolClient, from: string, to: string, amount: number) =>
    client.query({
      name: 'move',
      text: `with locked as (select id from ledger_account where id in ($1, $2) order by id for no key update)
        update ledger_account a set balance_fen = balance_fen + case when a.id = $1 then -$3::bigint else $3::bigint end
        from locked where a.id = locked.id`,
      values: [from, to, amount],
    });

  app.post<{ Params: { id: string } }>('/batches/:id/release', async (request) => {
    const { accountId } = await personOf(request);
    const { id } = request.params;
    return inTransaction(async (client) => {
      const batch = await lock(client, id, 'locked');
      const lines = await client.query({
        name: 'file-lines',
        text: `select l.sequence, d.payee_name, l.bank_card_masked, l.amount_fen::int, d.case_number
          from payment_line l join disbursement d on d.id = l.disbursement_id where l.batch_id = $1 order by l.sequence`,
        values: [id],
      });
      const text = lines.rows.map((line) => Object.values(line).join(',')).join('\r\n');
      await mkdir(world.folder, { recursive: true });
      await writeFile(join(world.folder, `${batch.number}.csv`), text);
      await client.query({
        name: 'sends',
        text: `${transfer} select gen_random_uuid(), 'send:' || $1::text || ':' || id, 'send', fund_id, $2, $3, amount_fen, union_path,
          member_id, case_id, id, $1::uuid, $4, '', now() from disbursement where batch_id = $1::uuid`,
        values: [id, fund.reserved, fund.inTransit, accountId],
      });
      await client.query({
        name: 'released',
        text: `update payment_batch set status = 'exported', released_by = $2, released_at = now(), csv_as = $3 where id = $1`,
        values: [id, accountId, `${batch.number}.csv`],
      });
      await move(client, fund.reserved, fund.inTransit, Number(batch.total_fen));
      return { id, status: 'exported' };
    });
  });

  app.post<{ Params: { id: string } }>('/batches/:id/sending', async (request) => {
    await personOf(request);
    const { id } = request.params;
    return inTransaction(async (client) => {
      await lock(client, id, 'exported');
      await client.query({
        name: 'sent',
        text: `update payment_batch set status = 'sent', sent_at = now() where id = $1`,
        values: [id],
      });
      await client.query({
        name: 'payments-sent',
        text: `update disbursement set status = 'sent' where batch_id = $1`,
        values: [id],
      });
      return { id, status: 'sent' };
    });
  });

  app.post<{ Params: { id: string }; Body: Buffer }>('/batches/:id/returns', async (request) => {
    const { accountId } = await personOf(request);
    const { id } = request.params;
    const rows = request.body.toString('latin1').trim().split('\r\n').slice(2);
    const sequences = rows.map((row) => Number(row.split(',')[0]));
    return inTransaction(async (client) => {
      const batch = await lock(client, id, 'sent');
      await client.query({
        name: 'results',
        text: `update payment_line set result = 'ok', settled_at = now() where batch_id = $1 and sequence = any($2)`,
        values: [id, sequences],
      });
      await client.query({
        name: 'settles',
        text: `${transfer} select gen_random_uuid(), 'settle:' || $1::text || ':' || d.id, 'settle', d.fund_id, $2, $3, d.amount_fen,
          d.union_path, d.member_id, d.case_id, d.id, $1::uuid, $4, '', now()
          from payment_line l join disbursement d on d.id = l.disbursement_id where l.batch_id = $1::uuid and l.sequence = any($5)`,
        values: [id, fund.inTransit, fund.paid, accountId, sequences],
      });
      await client.query({
        name: 'paid',
        text: `update disbursement set status = 'paid', paid_at = now() where batch_id = $1`,
        values: [id],
      });
      const of = '(select case_id from disbursement where batch_id = $1)';
      await client.query({
        name: 'claims-paid',
        text: `update claim set status = 'paid' where case_id in ${of}`,
        values: [id],
      });
      await client.query({
        name: 'cases-closed',
        text: `update "case" set status = 'closed', version = version + 1, updated_at = now() where id in ${of}`,
        values: [id],
      });
      await client.query({
        name: 'settled',
        text: `update payment_batch set status = 'reconciled', ok_count = $2, returned_at = now(), return_number = 1 where id = $1`,
        values: [id, rows.length],
      });
      await move(client, fund.inTransit, fund.paid, Number(batch.total_fen));
      return { id, status: 'reconciled', settled: rows.length };
    });
  });
}
