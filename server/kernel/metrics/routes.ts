import { timingSafeEqual, createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Config } from '../config.ts';
import { DomainError } from '../errors.ts';
import type { HttpHost } from '../http.ts';
import { measureReader } from './read-measures.ts';

const loopback = /^(127\.|::1$|::ffff:127\.)/;
const forwarding = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

const digest = (text: string) => createHash('sha256').update(text).digest();

/**
 * From this machine itself, or with the token. Behind a proxy on the same machine everybody comes from 127.0.0.1, so where
 * one is configured, or shows by its headers, only the token counts.
 */
function mayRead(config: Config, request: FastifyRequest): boolean {
  const token = /^Bearer (\S+)$/.exec(String(request.headers.authorization ?? ''))?.[1];
  if (config.metricsToken && token) return timingSafeEqual(digest(token), digest(config.metricsToken));
  const behindProxy = config.trustProxy !== null || config.secureCookies;
  const forwarded = forwarding.some((name) => request.headers[name] !== undefined);
  return !behindProxy && !forwarded && loopback.test(request.socket.remoteAddress ?? '');
}

/** `GET /metrics` in Prometheus' text format; to everybody else an address that does not exist. */
export function mountMetrics({ app, platform }: Pick<HttpHost, 'app' | 'platform'>): void {
  const { registry } = platform.metrics;
  const bringUpToDate = measureReader(platform);
  app.get('/metrics', async (request, reply) => {
    if (!mayRead(platform.config, request)) throw new DomainError('route-unknown');
    await bringUpToDate();
    return reply
      .type(registry.contentType)
      .header('cache-control', 'no-store')
      .send(await registry.metrics());
  });
}
