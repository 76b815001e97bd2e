import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ApiError, createClient, type ApiRequest, type Client } from '@smart-union/api-client';
import { root } from '../database/template.ts';

/** How one request went, whatever it was told. */
export interface Answered {
  /** Null when no answer came. */
  status: number | null;
  retryAfter: string | null;
  millis: number;
  /** The code of a refusal. */
  code: string | null;
  path: string;
}

/** A real server process that may be killed at any moment and started again on the same data. */
export interface Mortal {
  start(): Promise<void>;
  /** SIGKILL, at once; nothing is said to the process. */
  kill(): Promise<void>;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
  readonly pid: number;
  readonly origin: string;
  /** Client with a bearer token. A call whose answer is lost rejects with a TypeError of fetch. */
  as(token: string | null): Client;
  readonly port: number;
  readonly output: string;
  readonly kills: number;
}

/**
 * A port that stays free while the server is down: below those the system gives to outgoing calls, or a client that calls
 * again and again before the server is back might be given it itself.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const server = createServer().listen(port, '127.0.0.1');
    const free = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!free) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}

/** Starts server/dist/main.js with these settings; `npm run build server` must have made it. */
export async function mortal(
  settings: Record<string, string>,
  told: (answered: Answered) => void = () => {},
): Promise<Mortal> {
  const port = await freePort();
  const origin = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  let output = '';
  let kills = 0;
  const { PATH = '', HOME = '' } = process.env;
  const start = async () => {
    child = spawn(process.execPath, [join(root, 'server/dist/main.js')], {
      env: {
        PATH,
        HOME,
        PORT: String(port),
        HOST: '127.0.0.1',
        DEMO: '0',
        LOG_LEVEL: 'info',
        RATE_LIMIT: '0',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr!.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const ended = once(child, 'exit').then(() => {
      throw new Error(`the server did not start:\n${output.slice(-2000)}`);
    });
    ended.catch(() => {});
    await Promise.race([ready(port), ended]);
  };
  const gone = async (signal: NodeJS.Signals) => {
    const dying = child;
    if (!dying || dying.exitCode !== null || dying.signalCode !== null) return null;
    const exit = once(dying, 'exit');
    dying.kill(signal);
    const [code] = (await exit) as [number | null];
    return code;
  };
  return {
    start,
    port,
    async kill() {
      kills += 1;
      await gone('SIGKILL');
    },
    stop: () => gone('SIGTERM'),
    signal: (signal) => void child?.kill(signal),
    get pid() {
      return child!.pid!;
    },
    origin,
    as: (token) => createClient(overHttp(origin, token, told)),
    get output() {
      return output;
    },
    get kills() {
      return kills;
    },
  };
}

async function ready(port: number): Promise<void> {
  const until = Date.now() + 60_000;
  while (Date.now() < until) {
    const reply = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (reply?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the server was not ready within a minute');
}

/** A person gives up after a minute; nothing may take as long. */
const patienceMillis = 60_000;

export const overHttp =
  (origin: string, token: string | null, told: (answered: Answered) => void = () => {}) =>
  async (request: ApiRequest) => {
    const { method, path, body, raw, idempotencyKey } = request;
    const payload = raw === undefined ? (body === undefined ? null : JSON.stringify(body)) : (raw as Buffer);
    const answered: Answered = { status: null, retryAfter: null, millis: 0, code: null, path };
    const began = performance.now();
    try {
      const reply = await fetch(`${origin}${path}`, {
        method,
        body: payload as never,
        signal: AbortSignal.timeout(patienceMillis),
        headers: {
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(payload === null
            ? {}
            : { 'content-type': raw === undefined ? 'application/json' : 'application/octet-stream' }),
          ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
        },
      });
      const bytes = Buffer.from(await reply.arrayBuffer());
      const json = (reply.headers.get('content-type') ?? '').includes('json');
      const value: unknown = json ? JSON.parse(bytes.toString()) : bytes;
      answered.status = reply.status;
      answered.retryAfter = reply.headers.get('retry-after');
      if (reply.ok) return value;
      const refusal = ApiError.fromBody(reply.status, value);
      answered.code = refusal.code;
      throw refusal;
    } finally {
      answered.millis = performance.now() - began;
      told(answered);
    }
  };
