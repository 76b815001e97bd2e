import { urlOf } from '@smart-union/api-client';
import { personOf, type Walker } from '../scope/people.ts';
import type { RouteName } from '../scope/probe.ts';
import { specOf } from '../scope/reach.ts';
import type { Scene } from '../scope/scene.ts';

/** What must not stand in a reply: the inside of the house. */
const inside =
  /\bat [\w.<>]+ \(|node_modules|server\/(kernel|modules)|syntax error at|violates|\brelation "|PostgresError|invalid input syntax|ECONN|undefined is not|Cannot read/;

export interface Reply {
  status: number;
  body: unknown;
  raw: Buffer;
}

/** What is wrong with an answer to wrong input; null when nothing is. */
export function complaint({ status, body, raw }: Reply): string | null {
  if (status >= 500) return `${status}`;
  if (status < 400) return null;
  const error = (
    body as { error?: { code?: string; message?: string; fields?: { reason: string }[] } } | null
  )?.error;
  if (!error?.code || !error.message) return `${status} without a reason: ${raw.toString().slice(0, 120)}`;
  if (!/[一-鿿]/.test(error.message)) return `not in Chinese: ${error.message}`;
  if (/\{[a-z]+\}/i.test(error.message)) return `with a hole: ${error.message}`;
  if (inside.test(raw.toString())) return `shows the inside: ${raw.toString().slice(0, 200)}`;
  return null;
}

/** In an address everything is text; a lone surrogate cannot even be written there. */
const textual = (value: unknown) =>
  Buffer.from((typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).slice(0, 3000)).toString();

const textualParts = (values: unknown) =>
  Object.fromEntries(
    Object.entries((values ?? {}) as Record<string, unknown>).map(([key, value]) => [key, textual(value)]),
  );

/** `raw`: the octets of an upload; `text`: a body that says it is JSON and need not be. */
export interface Parts {
  params?: unknown;
  query?: unknown;
  body?: unknown;
  raw?: Buffer;
  text?: Buffer;
}

/** Sends whatever it is given to a route, as a walker. */
export function send(scene: Scene, name: RouteName, walker: Walker, parts: Parts): Promise<Reply> {
  const { method, path } = specOf(name);
  const payload =
    parts.raw ?? parts.text ?? (parts.body === undefined ? undefined : JSON.stringify(parts.body));
  return scene.t.call(personOf(walker), {
    method,
    url: urlOf(path, textualParts(parts.params), textualParts(parts.query)),
    ...(payload === undefined ? {} : { payload }),
    headers: {
      ...(payload === undefined
        ? {}
        : { 'content-type': parts.raw ? 'application/octet-stream' : 'application/json' }),
      ...(method === 'GET' ? {} : { 'idempotency-key': `${Math.random()}` }),
    },
  });
}
