import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { InjectOptions } from 'fastify';
import { inject } from 'vitest';
import { ApiError, createClient, type ApiRequest, type Client } from '@smart-union/api-client';
import { compose, type Server } from '../../server/compose.ts';
import { hashOf } from '../../server/kernel/auth.ts';
import type { Config } from '../../server/kernel/config.ts';
import { inSystemContext, type Ctx, type Federation } from '../../server/kernel/context.ts';
import { listFederations } from '../../server/kernel/app.ts';
import type { CadreName, MemberName, World } from '../world/world.ts';
import { ownDatabase } from './own-database.ts';
import { root, testConfig, worldNow } from './template.ts';

export type PersonName = CadreName | MemberName;

export interface TestApp {
  server: Server;
  federation: Federation;
  world: World;
  url: string;
  dataDir: string;
  /** The typed client as a person of the world (or nobody). Refusals throw ApiError. Idempotency keys are made up. */
  as(person: PersonName | null): Client;
  /** The bearer token of a person's session, opened on first use. */
  token(person: PersonName): Promise<string>;
  /** A raw call, for wrong input: status and body as they come. */
  call(
    person: PersonName | null,
    options: InjectOptions,
  ): Promise<{ status: number; body: unknown; headers: Record<string, unknown>; raw: Buffer }>;
  /** Runs as the system in one transaction that sees everything. */
  db<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>;
  /** Moves the clock; `days` may be negative. */
  setNow(now: Date): void;
  addDays(days: number): void;
  /** Uploads bytes as a person and gives the file's id. */
  upload(person: PersonName, name: string, bytes: Buffer): Promise<string>;
  close(): Promise<void>;
}

const isCadre = (world: World, person: PersonName): person is CadreName => person in world.cadres;

/** A server of one's own on a fresh clone of the fixture world. Close it in afterAll. */
export async function testApp(changes: Partial<Config> = {}): Promise<TestApp> {
  const { url, name, world, drop } = await ownDatabase();
  const dataDir = join(inject('template').folder, name);
  let now = worldNow;
  const server = await compose({
    config: testConfig(dataDir, changes),
    databaseUrl: url,
    root,
    clock: { now: () => now },
  });
  const federation = (await listFederations(server.platform))[0]!;
  const db = <T>(work: (ctx: Ctx) => Promise<T>) =>
    inSystemContext(server.platform, federation, '测试', work);
  const tokens = new Map<PersonName, Promise<string>>();
  const token = (person: PersonName) => {
    const known = tokens.get(person) ?? openSession(db, world, person, () => now);
    tokens.set(person, known);
    return known;
  };
  const call: TestApp['call'] = async (person, options) => {
    const headers = person ? { authorization: `Bearer ${await token(person)}` } : {};
    const reply = await server.app.inject({ ...options, headers: { ...headers, ...options.headers } });
    const json = String(reply.headers['content-type'] ?? '').includes('json');
    return {
      status: reply.statusCode,
      body: json ? reply.json() : null,
      headers: reply.headers,
      raw: reply.rawPayload,
    };
  };
  const as: TestApp['as'] = (person) =>
    createClient(async (request: ApiRequest) => {
      const binary = request.raw !== undefined;
      const payload = binary
        ? (request.raw as Buffer | Readable)
        : request.body === undefined
          ? undefined
          : JSON.stringify(request.body);
      const reply = await call(person, {
        method: request.method,
        url: request.path,
        ...(payload === undefined ? {} : { payload }),
        headers: {
          ...(payload === undefined
            ? {}
            : { 'content-type': binary ? 'application/octet-stream' : 'application/json' }),
          ...(request.method === 'GET'
            ? {}
            : { 'idempotency-key': request.idempotencyKey ?? randomBytes(12).toString('hex') }),
        },
      });
      if (reply.status >= 400) throw ApiError.fromBody(reply.status, reply.body);
      return reply.body ?? reply.raw;
    });
  return {
    server,
    federation,
    world,
    url,
    dataDir,
    as,
    token,
    call,
    db,
    setNow: (next) => {
      now = next;
      server.host.auth.forget();
    },
    addDays: (days) => {
      now = new Date(now.getTime() + days * 86_400_000);
      server.host.auth.forget();
    },
    upload: async (person, fileName, bytes) => {
      const begun = await as(person).files.begin({ body: { name: fileName, size: bytes.length } });
      await as(person).files.append({ params: { id: begun.id }, query: { offset: 0 } }, { raw: bytes });
      return begun.id;
    },
    close: async () => {
      await server.close();
      await drop();
    },
  };
}

type InDb = <T>(work: (ctx: Ctx) => Promise<T>) => Promise<T>;

/** A session row, as the sign-in would write it, that outlasts the clock's moves; sign-in itself has its own tests. */
function openSession(db: InDb, world: World, person: PersonName, now: () => Date): Promise<string> {
  return db(async (ctx) => {
    const token = randomBytes(32).toString('base64url');
    const cadre = isCadre(world, person);
    await ctx.db
      .insertInto('session')
      .values({
        token_hash: hashOf(token),
        kind: cadre ? 'cadre' : 'member',
        account_id: cadre ? world.cadres[person].id : null,
        member_id: cadre ? null : world.members[person].id,
        csrf_token: 'test',
        created_at: now(),
        seen_at: new Date('2099-01-01T00:00:00Z'),
        expires_at: new Date('2099-01-01T00:00:00Z'),
      })
      .execute();
    return token;
  });
}
