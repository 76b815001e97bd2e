import type { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { englishOf, inputWords } from '@smart-union/contract';
import type { InputOf, ReplyOf, Route, RouteTable } from '@smart-union/contract';
import { ownScope, scopeFor, type Actor } from './access.ts';
import type { Auth, Session } from './auth.ts';
import { inContext, type Ctx, type Federation, type Platform } from './context.ts';
import { nothing, wholeFederation, type Database, type Scope } from './db.ts';
import { comeInTurn } from './db/waiting.ts';
import { DomainError } from './errors.ts';
import { once } from './idempotency.ts';
import { rateLimiter } from './rate-limit.ts';
import { replyWriter } from './reply-schema.ts';
import { spool, type Spooled } from './spool.ts';

export const sessionCookie = 'su_session';
export const csrfCookie = 'su_csrf';

/** A reply that is not JSON. `fileName` makes it a download. */
export interface RawResult {
  mediaType: string;
  content: Readable | Buffer;
  fileName?: string;
  headers?: Record<string, string>;
}

/** What a handler may know of the call beside its input. */
export interface Call {
  session: Session | null;
  ip: string;
  language: 'zh' | 'en';
  idempotencyKey: string | null;
  /** The octet stream of a `rawBody` route, already on disk, so that a slow phone holds no transaction open. */
  body: Spooled | null;
  setSession(token: string, csrfToken: string): void;
  clearSession(): void;
}

/** A handler may return a refusal instead of throwing it: then what it wrote (a counted failure) is kept. */
export type Handler<T extends Route> = (
  ctx: Ctx,
  input: InputOf<T>,
  call: Call,
) => Promise<(T['reply'] extends { raw: string } ? RawResult : ReplyOf<T>) | DomainError>;

export type Handlers<T extends RouteTable> = { [K in keyof T]: Handler<T[K]> };

export interface HttpHost {
  app: FastifyInstance;
  platform: Platform;
  auth: Auth;
  federationOf(request: FastifyRequest): Promise<Federation>;
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

function languageOf(request: FastifyRequest): 'zh' | 'en' {
  return /^en\b/i.test(String(request.headers['accept-language'] ?? '')) ? 'en' : 'zh';
}

const deepest = 32;

/** No NUL, which PostgreSQL's text cannot hold, and no nest so deep that walking it would end the call. */
function isStorable(value: unknown): boolean {
  const left: [unknown, number][] = [[value, 0]];
  for (let next = left.pop(); next; next = left.pop()) {
    const [one, depth] = next;
    if (typeof one === 'string' && one.includes('\u0000')) return false;
    if (typeof one !== 'object' || one === null) continue;
    if (depth === deepest) return false;
    for (const [key, part] of Object.entries(one)) left.push([key, depth + 1], [part, depth + 1]);
  }
  return true;
}

function parse<T>(schema: z.ZodType<T> | undefined, value: unknown): T | undefined {
  if (!schema) return undefined;
  if (!isStorable(value)) throw new DomainError('input-invalid');
  const result = schema.safeParse(value ?? {}, { error: inputWords });
  if (result.success) return result.data;
  const fields = result.error.issues.map(({ path, message }) => ({
    field: path.join('.'),
    reason: message,
    reasonEn: englishOf(message),
  }));
  throw new DomainError('input-invalid', {}, fields);
}

async function readSession(
  host: HttpHost,
  request: FastifyRequest,
  federation: Federation,
): Promise<Session | null> {
  const bearer = /^Bearer (\S{20,100})$/.exec(String(request.headers.authorization ?? ''))?.[1];
  const token = bearer ?? request.cookies[sessionCookie];
  if (!token) return null;
  const session = await host.auth.sessionOf(federation, token);
  // A cookie travels by itself, so a change also needs the token only our own page can read.
  const forged =
    !bearer && !safeMethods.has(request.method) && request.headers['x-csrf-token'] !== session?.csrfToken;
  if (session && forged) throw new DomainError('csrf-missing');
  return session;
}

/** Scope by the route's guard; throws what an outsider is told. */
function admit(spec: Route, actor: Actor, hadToken: boolean): Scope {
  if (spec.public) return spec.method === 'GET' ? nothing : wholeFederation;
  if (actor.kind === 'anonymous') throw new DomainError(hadToken ? 'session-expired' : 'session-missing');
  if (spec.permission) return scopeFor(actor, spec.permission);
  if (spec.self !== 'any' && spec.self !== actor.kind) throw new DomainError('permission-missing');
  return ownScope(actor);
}

const personOf = (actor: Actor, ip: string) => {
  if (actor.kind === 'member') return actor.memberId;
  return actor.kind === 'cadre' ? actor.accountId : ip;
};

function sendRaw(reply: FastifyReply, raw: RawResult) {
  reply.type(raw.mediaType).headers(raw.headers ?? {});
  if (raw.fileName) {
    reply.header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(raw.fileName)}`);
  }
  return reply.send(raw.content);
}

/** Puts a module's handlers behind its contract: validation, session, guard, scope, rate limit, key, transaction. */
export function mount<T extends RouteTable>(
  host: HttpHost,
  module: string,
  table: T,
  handlers: Handlers<T>,
): void {
  for (const [name, spec] of Object.entries(table))
    mountRoute(host, `${module}.${name}`, spec, handlers[name] as never);
}

const limiters = new WeakMap<Platform, ReturnType<typeof rateLimiter>>();

function limiterOf(platform: Platform) {
  const known = limiters.get(platform) ?? rateLimiter(platform);
  limiters.set(platform, known);
  return known;
}

function mountRoute(host: HttpHost, name: string, spec: Route, handler: Handler<Route>): void {
  const { platform } = host;
  const { metrics } = platform;
  metrics.allow('route', [name]);
  const limiter = limiterOf(platform);
  const raw = 'raw' in spec.reply;
  const write = replyWriter(spec.reply as z.ZodType);
  host.app.route({
    method: spec.method,
    url: `/api/v1${spec.path}`,
    config: { raw: spec.rawBody ?? 0, name },
    handler: async (request, reply) => {
      metrics.began();
      try {
        return await answer(request, reply);
      } finally {
        metrics.ended();
      }
    },
  });
  /** Who calls, of which federation, and that she does not call too often. */
  async function receive(request: FastifyRequest) {
    const come = comeInTurn(platform.database.pool);
    try {
      const federation = await host.federationOf(request);
      if (federation.moving && !safeMethods.has(spec.method)) throw new DomainError('federation-moving');
      const session = await readSession(host, request, federation);
      const actor: Actor = session?.actor ?? { kind: 'anonymous' };
      const hadToken = Boolean(request.cookies[sessionCookie] ?? request.headers.authorization);
      if (platform.config.rateLimit > 0) {
        const own = spec.perMinute !== undefined;
        const wait = limiter.take(federation, {
          perMinute: spec.perMinute ?? platform.config.rateLimit,
          route: own ? name : '',
          person: personOf(actor, request.ip),
        });
        if (wait) await wait;
      }
      return { federation, session, actor, hadToken };
    } finally {
      come();
    }
  }
  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
    const { federation, session, actor, hadToken } = await receive(request);
    const scope = admit(spec, actor, hadToken);
    const input = {
      params: parse(spec.params, request.params),
      query: parse(spec.query, request.query),
      body: parse(spec.body, request.body),
    } as InputOf<Route>;
    const key = request.headers['idempotency-key'];
    const idempotencyKey = typeof key === 'string' && key.length > 0 && key.length <= 255 ? key : null;
    if (spec.idempotent && !idempotencyKey) throw new DomainError('idempotency-missing');
    const body = spec.rawBody ? await spool(request.body, platform.config.dataDir, spec.rawBody) : null;
    try {
      const call: Call = {
        session,
        ip: request.ip,
        language: languageOf(request),
        idempotencyKey,
        body,
        ...cookies(reply, platform),
      };
      const asked = { federation, actor, scope, requestId: request.id, route: name };
      const act = (ctx: Ctx) => handler(ctx, input, call) as Promise<unknown>;
      const run = (database: Database) => {
        const served = database === platform.database ? platform : { ...platform, database };
        if (!spec.idempotent) return inContext(served, asked, act);
        const route = `${name} ${JSON.stringify(input.params ?? null)}`;
        return once(
          (work) => inContext(served, asked, work),
          { key: idempotencyKey!, route, body: input.body },
          act,
        );
      };
      const result = await (spec.mayLag && platform.replica
        ? platform.replica.read(run)
        : run(platform.database));
      if (result instanceof DomainError) throw result;
      if (raw) return sendRaw(reply, result as RawResult);
      return reply.type('application/json; charset=utf-8').send(write(result));
    } finally {
      await body?.discard();
    }
  }
}

function cookies(reply: FastifyReply, platform: Platform) {
  const base = { path: '/', sameSite: 'lax', secure: platform.config.secureCookies } as const;
  return {
    setSession(token: string, csrfToken: string) {
      reply.setCookie(sessionCookie, token, { ...base, httpOnly: true });
      reply.setCookie(csrfCookie, csrfToken, base);
    },
    clearSession() {
      reply.clearCookie(sessionCookie, base);
      reply.clearCookie(csrfCookie, base);
    },
  };
}
