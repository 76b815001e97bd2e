import type { FastifyBaseLogger } from 'fastify';

/** Structured log (pino). Never give it a name, number, answer or query string: ids and counts only. */
export type Log = Pick<FastifyBaseLogger, 'trace' | 'debug' | 'info' | 'warn' | 'error'>;

const gatheredMillis = 200;
const gatheredLength = 16_384;

/** pino begins a line with its level: 30 and below is information. */
const isUrgent = (line: string) => !/^\{"level":[123]0\b/.test(line);

/**
 * Where the log is written: some lines at a time, for a system call a line is a tenth of what a light request takes. Warnings
 * and worse are written at once with what waits before them, and the rest when the process ends; one that is killed may
 * lose the information of its last moment.
 */
export function gatheringOutput(write: (text: string) => void = (text) => void process.stdout.write(text)) {
  let waiting = '';
  let timer: NodeJS.Timeout | null = null;
  let ended = false;
  const flush = () => {
    if (timer) clearTimeout(timer);
    timer = null;
    const text = waiting;
    waiting = '';
    if (text !== '') write(text);
  };
  process.once('exit', flush);
  return {
    write(line: string): void {
      waiting += line;
      if (ended || waiting.length > gatheredLength || isUrgent(line)) flush();
      else timer ??= setTimeout(flush, gatheredMillis);
    },
    /** Writes what waits; from now on each line is written by itself. */
    end(): void {
      ended = true;
      flush();
      process.removeListener('exit', flush);
    },
  };
}
