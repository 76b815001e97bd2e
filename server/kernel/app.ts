import cookie from '@fastify/cookie';
import fastify, {
  LogController,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { contentPolicy } from './content-policy.ts';
import type { Federation, Platform } from './context.ts';
import { DomainError, errorBody } from './errors.ts';
import { gatheringOutput } from './log.ts';
import { unnamedRoute } from './metrics.ts';
import { shedder } from './shed.ts';
import { unwritable } from './spool.ts';

const databaseDown = /^(08|53|57P)|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT/;

/** Every error as a refusal the person can act on; only ours carry detail. */
export function refusalOf(error: unknown): DomainError {
  if (error instanceof DomainError) return error;
  const { code = '', message = '', statusCode } = error as FastifyError & { code?: string };
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new DomainError('body-too-large');
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') return new DomainError('media-unsupported');
  if (typeof statusCode === 'number' && statusCode < 500) return new DomainError('body-unreadable');
  // Where the log cannot be written nothing may happen; 22012 is how `record` fails without its lane.
  if (code === '22012' || /\baudit_(event|lane)\b/.test(message)) return new DomainError('audit-unwritable');
  if (unwritable.test(code)) return new DomainError('disk-full');
  if (code === '23505') return new DomainError('row-conflict');
  const waited = code === '55P03' || code === '57014' || code === '40P01' || code === '40001';
  if (
    waited ||
    databaseDown.test(code) ||
    /timeout exceeded when trying to connect|Connection terminated|not queryable/.test(message)
  ) {
    return new DomainError('database-unavailable');
  }
  return new DomainError('internal-fault');
}

const languageOf = (request: FastifyRequest) =>
  /^en\b/i.test(String(request.headers['accept-language'] ?? '')) ? 'en' : 'zh';

const security = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'geolocation=(self), camera=(self), microphone=()',
  'content-security-policy': contentPolicy(),
};

interface AppParts extends Pick<Platform, 'config' | 'metrics'> {
  /** Whether a call that came now would wait too long. */
  isBusy(): boolean;
}

/** The HTTP server with everything that is the same for all routes; modules are mounted on it afterwards. */
export async function createApp({ config, metrics, isBusy }: AppParts): Promise<FastifyInstance> {
  const shed = shedder(isBusy, security, () => metrics.turnedAway());
  const output = gatheringOutput();
  const app = fastify({
    logger: {
      level: config.logLevel,
      stream: output,
      serializers: {
        // Route pattern, never the address: a query may hold a name or a number somebody searched for.
        req: (request: FastifyRequest) => ({ method: request.method, route: request.routeOptions?.url }),
        err: (error: Error & { code?: string }) => ({
          type: error.name,
          code: error.code,
          stack: error.stack ?? '',
          message: error.message,
        }),
      },
    },
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    trustProxy: config.trustProxy ?? false,
    bodyLimit: 1024 * 1024,
    serverFactory: (handle) => {
      const server = createServer(
        { requestTimeout: 60_000, keepAliveTimeout: 65_000 },
        (request, response) => {
          if (!shed(request, response)) handle(request, response);
        },
      );
      return server.setTimeout(70_000);
    },
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: 'idle',
    // Also how long closing may take, which waits for the figures being counted; past it the process would end by an error.
    pluginTimeout: 60_000,
    // Addresses the router itself gives up on: `%zz`, or an id of a thousand letters.
    frameworkErrors: (_error, request, reply: FastifyReply) => {
      const refusal = new DomainError('route-unknown');
      void reply.code(refusal.status).send(errorBody(refusal, request.id, languageOf(request)));
    },
  });
  app.addHook('onClose', async () => output.end());
  await app.register(cookie);
  app.addContentTypeParser('*', (request, payload, done) => {
    const accepts = (request.routeOptions.config as { raw?: number }).raw;
    if (accepts) done(null, payload);
    else done(new DomainError('media-unsupported'));
  });
  // Hooks that wait for nothing are told so: a promise a hook is what every request would pay.
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(security).header('x-request-id', request.id);
    if (request.url.startsWith('/api/')) reply.header('cache-control', 'no-store');
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const { name } = request.routeOptions.config as { name?: string };
    const { statusCode: status, elapsedTime } = reply;
    metrics.answered(name ?? unnamedRoute, status, elapsedTime);
    if (name) request.log.info({ route: name, status, ms: Math.round(elapsedTime) }, 'done');
    done();
  });
  app.setErrorHandler((error, request, reply) => {
    const refusal = refusalOf(error);
    if (refusal.status >= 500) request.log.error({ err: error, route: request.routeOptions.url }, 'fault');
    if (refusal.status === 503)
      reply.header('retry-after', refusal.code === 'federation-moving' ? '30' : '3');
    return reply.code(refusal.status).send(errorBody(refusal, request.id, languageOf(request)));
  });
  return app;
}

/** How long a server may not know that a federation is being moved away, in ms. */
export const hearsWithinMillis = 2000;

/** Which federation a request is for: the only one, or the one its host name or `x-federation` header names. */
export function federationFinder(platform: Platform): (request: FastifyRequest) => Promise<Federation> {
  let known: Promise<Federation[]> | null = null;
  let readAt = 0;
  const list = async () => {
    if (!known || Date.now() - readAt > hearsWithinMillis) {
      readAt = Date.now();
      known = listFederations(platform);
      known.catch(() => (known = null));
    }
    return known;
  };
  return async (request) => {
    const all = await list();
    const only = all.length === 1 ? all[0] : undefined;
    const named = String(request.headers['x-federation'] ?? request.hostname.split('.')[0]);
    const found = only ?? all.find((federation) => federation.code === named);
    if (found) return found;
    // Perhaps it has just been created.
    if (all.length === 0) known = null;
    const left = await listLeft(platform);
    const moved = left.includes(named) || (all.length === 0 && left.length > 0);
    throw new DomainError(moved ? 'federation-moving' : 'federation-unknown');
  };
}

export async function listFederations(platform: Pick<Platform, 'database'>): Promise<Federation[]> {
  const rows = await platform.database.pool.query(
    `select f.id, f.code, f.name, f.schema_name as schema, m.code is not null as moving
    from platform.federation f
    left join platform.federation_move m on m.code = f.code and m.stage = 'leaving' and m.at > now()
    order by f.code`,
  );
  return rows.rows as Federation[];
}

async function listLeft(platform: Pick<Platform, 'database'>): Promise<string[]> {
  const { rows } = await platform.database.pool.query<{ code: string }>(
    `select code from platform.federation_move where stage = 'left'`,
  );
  return rows.map(({ code }) => code);
}
