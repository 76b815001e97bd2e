import type { Bare } from './bare.ts';

/** The four questions a member's first page asks. */
export function serveHome({ app, pool, world, personOf }: Bare): void {
  app.get('/me/member', async (request) => {
    const { memberId } = await personOf(request);
    const found = await pool.query({
      name: 'me',
      text: `select m.id, m.member_number, m.name, m.sex, m.id_number_masked, m.phone_masked, m.occupation, m.joined_on::text,
          m.status, m.bank_card_masked, m.employer_name, m.birth_year, u.id as union_id, u.name as union_name,
          (select json_agg(json_build_object('id', a.id, 'name', a.name) order by a.path) from "union" a
            where a.path = any (select array_to_string((string_to_array(m.union_path, '.'))[1:n], '.')
              from generate_series(1, cardinality(string_to_array(m.union_path, '.')) - 1) as n)) as ancestors
        from member m join "union" u on u.id = m.union_id where m.id = $1`,
      values: [memberId],
    });
    return found.rows[0];
  });

  app.get('/me/entitlements', async (request) => {
    const { memberId } = await personOf(request);
    const [items, used] = await Promise.all([
      pool.query({
        name: 'items',
        text: `select distinct on (code) code, version, kind, definition from catalogue_item where retired_at is null
          order by code, version desc`,
      }),
      pool.query({
        name: 'uses',
        text: `select item_code, count(*)::int as used from claim where member_id = $1 and period = $2 and status <> 'released'
          group by 1`,
        values: [memberId, world.period],
      }),
    ]);
    const usedOf = new Map(used.rows.map((row) => [row.item_code, row.used]));
    return {
      items: items.rows.map(({ code, version, definition }) => ({
        code,
        version,
        title: definition.title,
        summary: definition.summary,
        used: usedOf.get(code) ?? 0,
        ok: (usedOf.get(code) ?? 0) < 2,
      })),
    };
  });

  app.get('/me/cases', async (request) => {
    const { memberId } = await personOf(request);
    const found = await pool.query({
      name: 'my-cases',
      text: `select c.id, c.number, c.item_code, c.status, c.stage, c.amount_fen::int, c.submitted_at, c.promised_on::text,
          i.definition ->> 'title' as title, u.name as office, d.status as payment_status
        from "case" c join catalogue_item i on i.code = c.item_code and i.version = c.item_version
        left join task t on t.case_id = c.id and t.closed_at is null left join "union" u on u.id = t.union_id
        left join disbursement d on d.case_id = c.id
        where c.member_id = $1 order by c.opened_at desc limit 200`,
      values: [memberId],
    });
    return { items: found.rows };
  });

  app.get('/me/messages', async (request) => {
    const { memberId } = await personOf(request);
    const [counted, rows] = await Promise.all([
      pool.query({
        name: 'messages-count',
        text: `select count(*)::int as total, count(*) filter (where read_at is null)::int as unread from message where member_id = $1`,
        values: [memberId],
      }),
      pool.query({
        name: 'messages',
        text: `select id, title, text, case_id, at, read_at from message where member_id = $1 order by at desc limit 1`,
        values: [memberId],
      }),
    ]);
    return { items: rows.rows, ...counted.rows[0], page: 1, pageSize: 1 };
  });
}
