import { createHash } from 'node:crypto';
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import pg from 'pg';
import type { World } from '../world.ts';

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

/** The server before its routes: a pool, who calls, a transaction. */
export function createBare(world: World): Bare {
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
  return { app, pool, world, personOf, inTransaction };
}
