import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** A request ready to be sent, head and body. A `body` is sent as JSON, `bytes` as they are. */
export function requestOf(
  method: 'GET' | 'POST' | 'PUT',
  path: string,
  token: string,
  { body, bytes, key }: { body?: object; bytes?: Buffer; key?: string } = {},
): Buffer {
  const payload = body ? Buffer.from(JSON.stringify(body)) : bytes;
  const head = [
    `${method} ${path} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${token}`,
    ...(key ? [`idempotency-key: ${key}`] : []),
    ...(payload ? [`content-type: ${body ? 'application/json' : 'application/octet-stream'}`] : []),
    ...(payload || method !== 'GET' ? [`content-length: ${payload?.length ?? 0}`] : []),
  ];
  return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`), ...(payload ? [payload] : [])]);
}

interface Answer {
  status: number;
  body: Buffer;
}

/**
 * One client with one connection that waits for each answer. Plain sockets instead of an HTTP library: it shares two cores
 * with what it measures, and every microsecond it takes would make two servers look more alike than they are.
 */
class OneClient {
  readonly #socket: Socket;
  #waiting: { done: (answer: Answer) => void; fail: (error: Error) => void } | null = null;
  #parts: Buffer[] = [];
  #held = 0;
  /** Length of the answer's head and of the whole, once the head is here. */
  #head = 0;
  #size = Infinity;

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
    this.#parts.push(chunk);
    this.#held += chunk.length;
    if (this.#size === Infinity) {
      const all = this.#whole();
      const end = all.indexOf('\r\n\r\n');
      if (end < 0) return;
      const head = all.toString('latin1', 0, end);
      const length = /\r\ncontent-length: (\d+)/i.exec(head)?.[1];
      if (length === undefined)
        return this.#waiting?.fail(new Error(`an answer without content-length: ${head}`));
      [this.#head, this.#size] = [end + 4, end + 4 + Number(length)];
    }
    if (this.#held < this.#size) return;
    const all = this.#whole();
    const answer = {
      status: Number(all.toString('latin1', 9, 12)),
      body: all.subarray(this.#head, this.#size),
    };
    const [waiting, rest] = [this.#waiting, all.subarray(this.#size)];
    [this.#parts, this.#held, this.#size, this.#waiting] = [[rest], rest.length, Infinity, null];
    waiting?.done(answer);
  }

  #whole(): Buffer {
    if (this.#parts.length > 1) this.#parts = [Buffer.concat(this.#parts)];
    return this.#parts[0] ?? Buffer.alloc(0);
  }

  /** The body of the answer. Every answer must be 200: a fast refusal is no figure. */
  readonly ask = async (request: Buffer): Promise<Buffer> => {
    const { status, body } = await new Promise<Answer>((done, fail) => {
      this.#waiting = { done, fail };
      this.#socket.write(request);
    });
    if (status === 200) return body;
    const [line] = request.subarray(0, 500).toString().split('\r\n');
    throw new Error(`${line} → ${status} ${body.toString()}`);
  };

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }
}

export type Ask = (request: Buffer) => Promise<Buffer>;

/** What is measured at a time: one request, or several that belong together, sent by one client one after the other. */
export type Work = Buffer | ((ask: Ask) => Promise<unknown>);

export interface Measured {
  perSecond: number;
  /** Milliseconds. */
  median: number;
  p99: number;
  /** How many works were done. */
  done: number;
}

/** Does what `next` gives with so many clients at once, until the time is over or it gives no more. */
export async function measure(
  port: number,
  clients: number,
  millis: number,
  next: () => Work | undefined,
): Promise<Measured> {
  const lines = await Promise.all(Array.from({ length: clients }, () => OneClient.open(port)));
  const times: number[] = [];
  const begun = performance.now();
  await Promise.all(
    lines.map(async ({ ask }) => {
      for (let at = performance.now(); at - begun < millis;) {
        const work = next();
        if (!work) return;
        await (Buffer.isBuffer(work) ? ask(work) : work(ask));
        const now = performance.now();
        times.push(now - at);
        at = now;
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  for (const line of lines) line.close();
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { perSecond: times.length / seconds, median: at(0.5), p99: at(0.99), done: times.length };
}
