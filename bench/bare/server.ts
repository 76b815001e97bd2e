import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import pg from 'pg';
import type { World } from '../world.ts';
import { serveCases } from './cases.ts';
import { serveHome } from './home.ts';
import { serveMembers } from './members.ts';
import { serveOverview } from './overview.ts';
import { servePayments } from './payments.ts';
import { servePhotos } from './photos.ts';

const tokenMillis = 3000;

interface Person {
  accountId: string | null;
  memberId: string | null;
}

/** What the routes share. */
export interface Bare {
  app: FastifyInstance;
  pool: pg.Pool;
  world: World;
  personOf(request: FastifyRequest): Promise<Person>;
  inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
}

export const refused = (statusCode: number, why: string) => Object.assign(new Error(why), { statusCode });

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
    if (!person) throw refused(401, 'no session');
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

  const app = fastify({ bodyLimit: 20 * 1024 * 1024 });
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  app.get('/healthz', () => ({ ok: true }));
  const bare: Bare = { app, pool, world, personOf, inTransaction };
  for (const serve of [serveMembers, serveHome, serveCases, servePayments, serveOverview, servePhotos])
    serve(bare);
  await app.listen({ port: world.barePort, host: '127.0.0.1' });
}
