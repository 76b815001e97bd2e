import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** A request ready to be sent, head and body. */
export function requestOf(
  method: 'GET' | 'POST',
  path: string,
  token: string,
  { body, key }: { body?: object; key?: string } = {},
): Buffer {
  const payload = body ? JSON.stringify(body) : '';
  const head = [
    `${method} ${path} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${token}`,
    ...(key ? [`idempotency-key: ${key}`] : []),
    ...(body ? ['content-type: application/json', `content-length: ${Buffer.byteLength(payload)}`] : []),
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${payload}`);
}

interface Answer {
  status: number;
  body: string;
}

/**
 * One client with one connection that waits for each answer. Plain sockets instead of an HTTP library: it shares two cores
 * with what it measures, and every microsecond it takes would make two servers look more alike than they are.
 */
class OneClient {
  readonly #socket: Socket;
  #waiting: { done: (answer: Answer) => void; fail: (error: Error) => void } | null = null;
  #rest = Buffer.alloc(0) as Buffer;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('error', (error) => this.#waiting?.fail(error));
    socket.on('close', () => this.#waiting?.fail(new Error('the server closed the connection')));
  }

  static open(port: number): Promise<OneClient> {
    return new Promise((done, fail) => {
      const socket = connect(port, '127.0.0.1', () => done(new OneClient(socket)));
      socket.once('error', fail);
    });
  }

  #take(chunk: Buffer): void {
    this.#rest = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    const end = this.#rest.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#rest.toString('latin1', 0, end);
    const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
    const waiting = this.#waiting;
    if (length === undefined) return waiting?.fail(new Error(`an answer without content-length: ${head}`));
    const size = end + 4 + Number(length);
    if (this.#rest.length < size) return;
    const body = this.#rest.toString('utf8', end + 4, size);
    this.#rest = this.#rest.subarray(size);
    this.#waiting = null;
    waiting?.done({ status: Number(head.slice(9, 12)), body });
  }

  send(request: Buffer): Promise<Answer> {
    return new Promise((done, fail) => {
      this.#waiting = { done, fail };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }
}

export interface Measured {
  perSecond: number;
  /** Milliseconds. */
  median: number;
  p99: number;
  requests: number;
}

/**
 * Sends what `next` gives from so many clients at once, until the time is over or it gives no more. Every answer must be
 * 200: a fast refusal is no figure.
 */
export async function measure(
  port: number,
  clients: number,
  millis: number,
  next: () => Buffer | undefined,
): Promise<Measured> {
  const lines = await Promise.all(Array.from({ length: clients }, () => OneClient.open(port)));
  const times: number[] = [];
  const begun = performance.now();
  await Promise.all(
    lines.map(async (line) => {
      for (let at = performance.now(); at - begun < millis;) {
        const request = next();
        if (!request) return;
        const { status, body } = await line.send(request);
        const now = performance.now();
        if (status !== 200) throw new Error(`${request.toString().split('\r\n')[0]} → ${status} ${body}`);
        times.push(now - at);
        at = now;
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  for (const line of lines) line.close();
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { perSecond: times.length / seconds, median: at(0.5), p99: at(0.99), requests: times.length };
}
