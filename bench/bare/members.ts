import { createHmac, randomUUID } from 'node:crypto';
import { xlsxBytes } from '../../server/kernel/sheets/write-xlsx.ts';
import type { Bare } from './bare.ts';

const row = `m.id, m.member_number, m.name, m.sex, m.id_number_masked, m.phone_masked, m.occupation, m.joined_on::text,
  m.status, u.id as union_id, u.name as union_name`;
const columns = ['会员号', '姓名', '性别', '证件号码', '手机号码', '工种', '所属工会', '入会日期', '会籍'];

/** What was typed as a condition: the beginning of a name, or of its pinyin or initials. */
function conditionOf(typed: string): { name: string; text: string } {
  if (/[^\x20-\x7E]/.test(typed))
    return { name: 'name', text: `m.name collate "C" >= $1 and m.name collate "C" < $2` };
  return {
    name: 'letters',
    text: `(m.pinyin >= $1 and m.pinyin < $2 or m.initials >= $1 and m.initials < $2)`,
  };
}

/** Looking members up, searching them, taking a list out and a roster in. */
export function serveMembers({ app, pool, world, personOf, inTransaction }: Bare): void {
  const indexOf = (idNumber: string) =>
    createHmac('sha256', Buffer.from(world.indexKey, 'hex')).update(idNumber).digest();

  app.get<{ Querystring: { q: string } }>('/members', async (request) => {
    await personOf(request);
    const found = await pool.query({
      name: 'lookup',
      text: `select ${row}, count(*) over ()::int as total
        from member m join "union" u on u.id = m.union_id
        where m.id_number_index = $1 and m.union_path >= $2 and m.union_path < $3 and m.status <> 'left'
        order by m.name limit 20`,
      values: [indexOf(request.query.q), world.city, `${world.city}/`],
    });
    return { items: found.rows, total: found.rows[0]?.total ?? 0, page: 1, pageSize: 20 };
  });

  // As the page does: counted up to 10,000, and a given name alone is tried when no name begins so.
  app.get<{ Querystring: { q: string } }>('/search', async (request) => {
    await personOf(request);
    const typed = request.query.q;
    const values = [typed, `${typed}\u{10FFFF}`, world.city, `${world.city}/`];
    const search = async ({ name, text }: { name: string; text: string }) => {
      const where = `where ${text} and m.union_path >= $3 and m.union_path < $4 and m.status <> 'left'`;
      const [counted, rows] = await Promise.all([
        pool.query({
          name: `count-${name}`,
          text: `select count(*)::int as total from (select 1 from member m ${where} limit 10001) as found`,
          values,
        }),
        pool.query({
          name: `page-${name}`,
          text: `select ${row} from member m join "union" u on u.id = m.union_id ${where} order by m.name collate "C" limit 20`,
          values,
        }),
      ]);
      return { items: rows.rows, total: counted.rows[0].total as number, page: 1, pageSize: 20 };
    };
    const found = await search(conditionOf(typed));
    if (found.total > 0 || !/\p{Script=Han}/u.test(typed)) return found;
    return search({ name: 'given', text: 'm.given_name >= $1 and m.given_name < $2' });
  });

  // Written with our own writer, so that the ratio tells of the rules around it.
  app.get<{ Querystring: { under: string } }>('/members.xlsx', async (request, reply) => {
    await personOf(request);
    const { under } = request.query;
    const found = await pool.query<unknown[]>({
      name: 'export',
      rowMode: 'array',
      text: `select m.member_number, m.name, m.sex, m.id_number_masked, m.phone_masked, m.occupation, u.name, m.joined_on::text, m.status
        from member m join "union" u on u.id = m.union_id
        where m.union_path >= $1 and m.union_path < $2 and m.status <> 'left' order by m.union_path, m.name`,
      values: [under, `${under}/`],
    } as never);
    const titles = columns.map((title) => ({ title }));
    const rows = found.rows as unknown as string[][];
    return reply
      .type('application/octet-stream')
      .send(await xlsxBytes([{ name: '会员名单', columns: titles, rows }]));
  });

  // A comma in a cell would be read wrongly; the roster of the load has none.
  app.post<{ Body: Buffer }>('/imports', async (request) => {
    await personOf(request);
    const lines = request.body.toString().split('\r\n').slice(1);
    const cells = lines.filter((line) => line !== '').map((line) => line.split(','));
    const column = (index: number) => cells.map((one) => one[index]);
    const inserted = await inTransaction((client) =>
      client.query({
        name: 'import',
        text: `with rows as (
            select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[], $8::text[], $9::date[])
              as r (id, name, sex, index, number, phone, occupation, union_name, joined_on)
          ), added as (
            insert into member (id, member_number, name, pinyin, sex, id_kind, id_number_sealed, id_number_index, id_number_masked,
              phone_masked, occupation, union_id, union_path, joined_on, status, created_at, updated_at)
            select r.id, 'B' || r.id, r.name, '', case r.sex when '男' then 'male' else 'female' end, '1', convert_to(r.number, 'UTF8'),
              r.index, left(r.number, 8) || '******' || right(r.number, 4), r.phone, r.occupation, u.id, u.path, r.joined_on, 'active', now(), now()
            from rows r join "union" u on u.name = r.union_name
            on conflict (id_number_index) do update set name = excluded.name, phone_masked = excluded.phone_masked,
              occupation = excluded.occupation, updated_at = now()
            returning id, union_id, union_path, joined_on
          )
          insert into member_event (id, member_id, kind, effective_on, recorded_at, union_id, union_path, data)
          select gen_random_uuid(), id, 'joined', joined_on, now(), union_id, union_path, '{}' from added`,
        values: [
          cells.map(() => randomUUID()),
          column(1),
          column(2),
          column(4).map((idNumber) => indexOf(idNumber!)),
          column(4),
          column(8),
          column(9),
          column(12),
          column(13).map((day) => day!.replaceAll('/', '-')),
        ],
      }),
    );
    return { rows: cells.length, added: inserted.rowCount };
  });
}
