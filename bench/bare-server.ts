import { createHash, createHmac, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fastify, { type FastifyRequest } from 'fastify';
import pg from 'pg';
import type { World } from './world.ts';

const tokenMillis = 3000;

interface Person {
  accountId: string | null;
  memberId: string | null;
}

/**
 * The measure: what a good programmer writes in a day without the house's rules. Same database and indexes, prepared
 * statements, a pool of the same size, tokens checked as we check them (the session's row, remembered for three seconds) –
 * but no row-level security, no scope from grants, no audit, no idempotency, no sealing, no rules of the benefit, no
 * messages, no rollups, no validation. Names stand for the statements in PostgreSQL.
 */
export async function serveBare(worldFile: string): Promise<void> {
  const world = JSON.parse(await readFile(worldFile, 'utf8')) as World;
  const pool = new pg.Pool({
    connectionString: world.url,
    max: 20,
    options: `-c search_path=${world.schema} -c timezone=UTC -c jit=off`,
  });
  const known = new Map<string, { person: Person; until: number }>();
  const personOf = async (request: FastifyRequest): Promise<Person> => {
    const token = String(request.headers.authorization).slice('Bearer '.length);
    const remembered = known.get(token);
    const now = Date.now();
    if (remembered && remembered.until > now) return remembered.person;
    const found = await pool.query<Person>({
      name: 'session',
      text: 'select account_id as "accountId", member_id as "memberId" from session where token_hash = $1 and expires_at > now()',
      values: [createHash('sha256').update(token).digest()],
    });
    const person = found.rows[0];
    if (!person) throw Object.assign(new Error('no session'), { statusCode: 401 });
    if (known.size > 20_000) known.clear();
    known.set(token, { person, until: now + tokenMillis });
    return person;
  };
  const inTransaction = async <T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback');
      throw error;
    } finally {
      client.release();
    }
  };

  const app = fastify();

  app.get<{ Querystring: { q: string } }>('/members', async (request) => {
    await personOf(request);
    const index = createHmac('sha256', Buffer.from(world.indexKey, 'hex')).update(request.query.q).digest();
    const found = await pool.query({
      name: 'lookup',
      text: `select m.id, m.member_number, m.name, m.sex, m.id_number_masked, m.phone_masked, m.occupation, m.joined_on::text,
          m.status, u.id as union_id, u.name as union_name, count(*) over ()::int as total
        from member m join "union" u on u.id = m.union_id
        where m.id_number_index = $1 and m.union_path >= $2 and m.union_path < $3 and m.status <> 'left'
        order by m.name limit 20`,
      values: [index, world.city, `${world.city}/`],
    });
    return { items: found.rows, total: found.rows[0]?.total ?? 0, page: 1, pageSize: 20 };
  });

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
    return inTransaction(async (client) => {
      const found = await client.query({
        name: 'draft',
        text: `select c.*, c.sequence::text as running, m.status as member_status from "case" c join member m on m.id = c.member_id
          where c.id = $1 and c.member_id = $2 and c.status = 'draft' for update`,
        values: [id, memberId],
      });
      const draft = found.rows[0];
      if (!draft || draft.member_status !== 'active')
        throw Object.assign(new Error('no'), { statusCode: 404 });
      const used = await client.query({
        name: 'used',
        text: `select count(*)::int as count from claim
          where member_id = $1 and item_code = $2 and period = $3 and status <> 'released'`,
        values: [memberId, draft.item_code, world.period],
      });
      if (used.rows[0].count >= 2) throw Object.assign(new Error('twice already'), { statusCode: 422 });
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
      if (!row) throw Object.assign(new Error('not open'), { statusCode: 409 });
      const earlier = await client.query({
        name: 'earlier',
        text: `select 1 from decision where case_id = $1 and account_id = $2 and voided_at is null`,
        values: [id, accountId],
      });
      if (earlier.rowCount) throw Object.assign(new Error('four eyes'), { statusCode: 403 });
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

  await app.listen({ port: world.barePort, host: '127.0.0.1' });
}
