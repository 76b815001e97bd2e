import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Platform } from './context.ts';
import { waitOf } from './db/waiting.ts';
import { DomainError, errorBody } from './errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Turned away before anything was read: counted, and not worth a line in the log each. */
    shed?: true;
  }
}

/**
 * Turns calls away while those before them wait too long: a short "come again" costs a hundredth of a call, whereas a
 * call that is let in and given up by its sender costs a whole one and helps nobody. How many may be under way is not
 * counted but timed, so it holds for short calls and long ones, and for any size of pool.
 */
export function shedder(platform: Pick<Platform, 'config' | 'database'>) {
  const { config, database } = platform;
  const limit = config.busyAfterMillis;
  const busy = new DomainError('database-unavailable');
  return function shed(request: FastifyRequest, reply: FastifyReply, admit: () => void): void {
    if (limit === 0 || waitOf(database.pool) < limit) return admit();
    request.shed = true;
    const english = /^en\b/i.test(String(request.headers['accept-language'] ?? ''));
    // Not all at the same moment again.
    const seconds = 2 + Math.floor(Math.random() * 4);
    void reply
      .code(busy.status)
      .header('retry-after', seconds)
      .send(errorBody(busy, request.id, english ? 'en' : 'zh'));
  };
}
