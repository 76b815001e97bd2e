import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { ApiError, createClient, type ApiRequest, type Client } from '@smart-union/api-client';
import { hashOf } from '../../server/kernel/auth.ts';
import type { Ctx } from '../../server/kernel/context.ts';
import { root } from '../database/template.ts';

/** The keys of every server in these tests: what one has sealed the next must open. */
export const piiKeys = `1:${'3d'.repeat(32)}`;

const readyWithinMillis = 60_000;

/** The very program `npm start` runs, in a process of its own that can be killed without warning and started again. */
export class ServerProcess {
  readonly #env: Record<string, string>;
  #child: ChildProcess | null = null;
  #base = '';
  /** Everything all its lives have written. */
  output = '';
  starts = 0;

  /** `env` names at least DATA_DIR; without DATABASE_URL it runs the embedded database. */
  constructor(env: Record<string, string>) {
    this.#env = env;
  }

  async start(): Promise<void> {
    const { PATH = '', HOME = '' } = process.env;
    const own = {
      DEMO: '0',
      LOG_LEVEL: 'warn',
      RATE_LIMIT: '0',
      POOL_SIZE: '6',
      HOST: '127.0.0.1',
      PORT: '0',
    };
    const child = spawn(process.execPath, [join(root, 'server/dist/main.js')], {
      env: { PATH, HOME, ...own, PII_KEYS: piiKeys, ...this.#env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.starts += 1;
    const from = this.output.length;
    for (const stream of [child.stdout, child.stderr])
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    const deadline = Date.now() + readyWithinMillis;
    for (;;) {
      const found = /http:\/\/localhost:(\d+)\//.exec(this.output.slice(from));
      if (found) {
        this.#base = `http://127.0.0.1:${found[1]}`;
        return;
      }
      if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
        throw new Error(`the server did not start:\n${this.output.slice(from)}`);
      await sleep(20);
    }
  }

  /** SIGKILL, at once: nothing of ours runs any more when this returns to the event loop. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  async ended(): Promise<void> {
    const child = this.#child;
    if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }

  async restart(): Promise<void> {
    this.kill();
    await this.ended();
    await this.start();
  }

  /** The clean end, as Ctrl-C. */
  async stop(): Promise<void> {
    this.#child?.kill('SIGTERM');
    await this.ended();
  }

  /** The typed client over HTTP, to whichever life of the server is on. A dead one throws TypeError, a refusal ApiError. */
  as(token: string): Client {
    return createClient(async ({ method, path, body, raw, idempotencyKey }: ApiRequest) => {
      const payload =
        raw === undefined ? (body === undefined ? null : JSON.stringify(body)) : (raw as Buffer);
      const reply = await fetch(this.#base + path, {
        method,
        body: payload as never,
        headers: {
          authorization: `Bearer ${token}`,
          ...(payload === null
            ? {}
            : { 'content-type': raw === undefined ? 'application/json' : 'application/octet-stream' }),
          ...(idempotencyKey ? { 'idempotency-key': idempotencyKey } : {}),
        },
      });
      const json = reply.headers.get('content-type')?.includes('json') ?? false;
      const content = json ? await reply.json() : Buffer.from(await reply.arrayBuffer());
      if (reply.status >= 400) throw ApiError.fromBody(reply.status, json ? content : null);
      return content;
    });
  }
}

/** Repeats a request with the key it has until a server answers; a refusal is not an answer that repeating changes. */
export async function untilAnswered<T>(request: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await request();
    } catch (error) {
      const passing = !(error instanceof ApiError) || error.status >= 500;
      if (!passing || attempt === 40) throw error;
      await sleep(250);
    }
  }
}

/** A session row as the sign-in would write it. Gives the token. */
export async function openSession(
  ctx: Ctx,
  of: { account_id: string; member_id: null } | { account_id: null; member_id: string },
): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  const until = new Date(ctx.now.getTime() + 3_600_000);
  const times = { created_at: ctx.now, seen_at: until, expires_at: until };
  const kind = of.account_id === null ? ('member' as const) : ('cadre' as const);
  await ctx.db
    .insertInto('session')
    .values({ token_hash: hashOf(token), kind, csrf_token: 'test', ...of, ...times })
    .execute();
  return token;
}
