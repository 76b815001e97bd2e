import type { ServerResponse } from 'node:http';
import type { Bare } from './bare.ts';

const walls = new Set<ServerResponse>();

/** Tells every open wall at once that a claim came in. */
export function tellWalls(): void {
  const text = `event: moment\ndata: ${JSON.stringify({ kind: 'claimed', at: new Date().toISOString() })}\n\n`;
  for (const wall of walls) wall.write(text);
}

/** The overview counted from the rows, and its stream of moments. */
export function serveOverview({ app, pool, world, personOf }: Bare): void {
  const below = world.city.split('.').length + 1;
  const place = (column: string) => `split_part(${column}, '.', ${below})`;

  app.get('/overview', async (request) => {
    await personOf(request);
    const under = [world.city, `${world.city}/`];
    const ask = (name: string, text: string, values: unknown[]) => pool.query({ name, text, values });
    const [unions, members, claims, paid, days, stages, funds] = await Promise.all([
      ask('o-unions', `select id, name, path, location from "union" where path like $1`, [`${world.city}.%`]),
      ask(
        'o-members',
        `select ${place('union_path')} as place, count(*)::int as members from member
          where union_path >= $1 and union_path < $2 and status <> 'left' group by 1`,
        under,
      ),
      ask(
        'o-claims',
        `select ${place('union_path')} as place, count(*)::int as claims, count(*) filter (where stage is not null)::int as open
          from "case" where union_path >= $1 and union_path < $2 and submitted_on >= date_trunc('year', now()) group by 1`,
        under,
      ),
      ask(
        'o-paid',
        `select ${place('union_path')} as place, count(*)::int as paid, sum(amount_fen)::bigint as fen from disbursement
          where union_path >= $1 and union_path < $2 and status = 'paid' and paid_at >= date_trunc('year', now()) group by 1`,
        under,
      ),
      ask(
        'o-days',
        `select submitted_on::text as on, count(*)::int as claims from "case"
          where union_path >= $1 and union_path < $2 and submitted_on > current_date - 30 group by 1 order by 1`,
        under,
      ),
      ask(
        'o-stages',
        `select stage, count(*)::int as count, count(*) filter (where due_on < current_date)::int as overdue from "case"
          where union_path >= $1 and union_path < $2 and stage is not null group by 1`,
        under,
      ),
      ask('o-funds', 'select kind, balance_fen::bigint from ledger_account where fund_id = $1', [
        world.fund.id,
      ]),
    ]);
    const districts = unions.rows.filter(({ path }) => path.split('.').length === below);
    const of = <T extends { place: string }>(rows: T[], path: string) =>
      rows.find((row) => path.endsWith(`.${row.place}`));
    return {
      figures: { unions: unions.rows.length },
      places: districts.map(({ id, name, path, location }) => ({
        id,
        name,
        location,
        ...of(members.rows, path),
        ...of(claims.rows, path),
        ...of(paid.rows, path),
      })),
      days: days.rows,
      stages: stages.rows,
      funds: funds.rows,
    };
  });

  app.get('/stream', async (request, reply) => {
    await personOf(request);
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, { 'content-type': 'text/event-stream' });
    raw.write('event: tick\ndata: {}\n\n');
    walls.add(raw);
    raw.on('close', () => walls.delete(raw));
  });
}
