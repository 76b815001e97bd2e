import type { FastifyBaseLogger } from 'fastify';

/** Structured log (pino). Never give it a name, number, answer or query string: ids and counts only. */
export type Log = Pick<FastifyBaseLogger, 'trace' | 'debug' | 'info' | 'warn' | 'error'>;
