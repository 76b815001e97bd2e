import { randomUUID } from 'node:crypto';
import { refused, type Bare } from './bare.ts';
import { tellWalls } from './overview.ts';

/** A worklist, submitting, approving, and keeping a draft. */
export function serveCases({ app, pool, world, personOf, inTransaction }: Bare): void {
  app.get('/worklist', async (request) => {
    const { accountId } = await personOf(request);
    const open = `from task t join "case" c on c.id = t.case_id join "union" u on u.id = c.union_id
      where t.closed_at is null and (t.assigned_account_id = $3
        or t.assigned_account_id is null and t.permission = 'cases.approve' and t.union_path >= $1 and t.union_path < $2)`;
    const values = [world.district, `${world.district}/`, accountId];
    const [counted, rows] = await Promise.all([
      pool.query({ name: 'count', text: `select count(*)::int as total ${open}`, values }),
      pool.query({
        name: 'page',
        text: `select c.id, c.number, c.item_code, c.applicant_name, c.union_id, u.name as union_name, c.status, c.stage,
            c.amount_fen::int, c.submitted_at, c.due_on::text, c.escalated
          ${open} order by c.due_on, c.id limit 20`,
        values,
      }),
    ]);
    return { items: rows.rows, total: counted.rows[0].total, page: 1, pageSize: 20 };
  });

  app.post<{ Params: { id: string } }>('/submit/:id', async (request) => {
    const { memberId } = await personOf(request);
    const { id } = request.params;
    const sent = await inTransaction(async (client) => {
      const found = await client.query({
        name: 'draft',
        text: `select c.*, c.sequence::text as running, m.status as member_status from "case" c join member m on m.id = c.member_id
          where c.id = $1 and c.member_id = $2 and c.status = 'draft' for update`,
        values: [id, memberId],
      });
      const draft = found.rows[0];
      if (!draft || draft.member_status !== 'active') throw refused(404, 'no');
      const used = await client.query({
        name: 'used',
        text: `select count(*)::int as count from claim
          where member_id = $1 and item_code = $2 and period = $3 and status <> 'released'`,
        values: [memberId, draft.item_code, world.period],
      });
      if (used.rows[0].count >= 2) throw refused(422, 'twice already');
      await client.query({
        name: 'claim',
        text: `insert into claim (case_id, member_id, union_path, item_code, period, ordinal, allowed, amount_fen, channel,
          status, created_at) values ($1, $2, $3, $4, $5, $6, 2, 10000, 'bank-card', 'reserved', now())`,
        values: [id, memberId, draft.union_path, draft.item_code, world.period, used.rows[0].count + 1],
      });
      const number = `BARE-${draft.running}`;
      await client.query({
        name: 'submit',
        text: `update "case" set status = 'in_review', stage = 'unit-review', number = $2, amount_fen = 10000,
          submitted_at = now(), submitted_on = current_date, due_on = current_date + 1, promised_on = current_date + 2,
          version = version + 1, updated_at = now() where id = $1`,
        values: [id, number],
      });
      await client.query({
        name: 'files',
        text: 'update file set case_id = $1 where id = any($2)',
        values: [id, draft.answers.receipts],
      });
      await client.query({
        name: 'task',
        text: `insert into task (id, case_id, member_id, case_path, stage, round, permission, union_id, union_path, quorum,
          due_on, opened_at) values ($1, $2, $3, $4, 'unit-review', 1, 'cases.review', $5, $4, 1, current_date + 1, now())`,
        values: [randomUUID(), id, memberId, draft.union_path, draft.union_id],
      });
      return { id, number, status: 'in_review', stage: 'unit-review' };
    });
    tellWalls();
    return sent;
  });

  app.post<{ Params: { id: string } }>('/approve/:id', async (request) => {
    const { accountId } = await personOf(request);
    const { id } = request.params;
    return inTransaction(async (client) => {
      const found = await client.query({
        name: 'case',
        text: `select c.*, m.bank_card_sealed, m.bank_card_masked from "case" c join member m on m.id = c.member_id
          where c.id = $1 and c.stage = 'district-approval' and c.union_path >= $2 and c.union_path < $3 for update of c`,
        values: [id, world.city, `${world.city}/`],
      });
      const row = found.rows[0];
      if (!row) throw refused(409, 'not open');
      const earlier = await client.query({
        name: 'earlier',
        text: `select 1 from decision where case_id = $1 and account_id = $2 and voided_at is null`,
        values: [id, accountId],
      });
      if (earlier.rowCount) throw refused(403, 'four eyes');
      await client.query({
        name: 'decision',
        text: `insert into decision (id, case_id, member_id, case_path, stage, round, account_id, name, office, outcome, at)
          values ($1, $2, $3, $4, 'district-approval', 1, $5, '', '', 'approve', now())`,
        values: [randomUUID(), id, row.member_id, row.union_path, accountId],
      });
      await client.query({
        name: 'close',
        text: `update task set closed_at = now(), closed_as = 'approve' where case_id = $1 and closed_at is null`,
        values: [id],
      });
      await client.query({
        name: 'approve',
        text: `update "case" set status = 'approved', stage = null, due_on = null, decided_at = now(), version = version + 1,
          updated_at = now() where id = $1`,
        values: [id],
      });
      await client.query({
        name: 'claimed',
        text: `update claim set status = 'approved' where case_id = $1`,
        values: [id],
      });
      const payment = randomUUID();
      await client.query({
        name: 'payment',
        text: `insert into disbursement (id, case_id, case_number, instalment, member_id, payee_name, union_id, union_path,
          fund_id, amount_fen, channel, bank_card_sealed, bank_card_masked, status, approved_by, approved_at)
          values ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, 'bank-card', $10, $11, 'ready', $12, now())`,
        values: [
          payment,
          id,
          row.number,
          row.member_id,
          row.applicant_name,
          row.union_id,
          row.union_path,
          world.fund.id,
          row.amount_fen,
          row.bank_card_sealed,
          row.bank_card_masked,
          accountId,
        ],
      });
      await client.query({
        name: 'transfer',
        text: `insert into transfer (id, business_key, kind, fund_id, debit_account_id, credit_account_id, amount_fen,
          union_path, member_id, case_id, disbursement_id, account_id, by_name, at)
          values ($1, $2, 'reserve', $3, $4, $5, $6, $7, $8, $9, $10, $11, '', now())`,
        values: [
          randomUUID(),
          `reserve:${id}:1`,
          world.fund.id,
          world.fund.available,
          world.fund.reserved,
          row.amount_fen,
          row.union_path,
          row.member_id,
          id,
          payment,
          accountId,
        ],
      });
      await client.query({
        name: 'balances',
        text: `with locked as (select id from ledger_account where id in ($1, $2) order by id for no key update)
          update ledger_account a set balance_fen = balance_fen + case when a.id = $1 then -$3::bigint else $3::bigint end
          from locked where a.id = locked.id`,
        values: [world.fund.available, world.fund.reserved, row.amount_fen],
      });
      return { id, number: row.number, status: 'approved', stage: null };
    });
  });

  app.put<{ Params: { id: string }; Body: { answers: object; version: number } }>(
    '/answers/:id',
    async (request) => {
      const { memberId } = await personOf(request);
      const { answers, version } = request.body;
      const found = await pool.query({
        name: 'answers',
        text: `update "case" set answers = answers || $3::jsonb, version = version + 1, updated_at = now()
          where id = $1 and member_id = $2 and status = 'draft' and version = $4 returning version`,
        values: [request.params.id, memberId, JSON.stringify(answers), version],
      });
      if (found.rowCount === 0) throw refused(409, 'stale');
      return { version: found.rows[0].version, faults: [] };
    },
  );
}
