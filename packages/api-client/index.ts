import type { CallOf, Contract, RawReply, ReplyOf, Route } from '@smart-union/contract';
import { routes } from './routes.gen.ts';

/** What a transport gets: everything but how the bytes travel (fetch, or the mini-program's request). */
export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path below the origin, query included: /api/v1/… */
  path: string;
  body?: unknown;
  /** Octet stream instead of JSON, for uploads and rosters. */
  raw?: unknown;
  /** Required where the contract says so; the same key with the same body has one effect. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

/** Sends a request and gives the decoded JSON; throws {@link ApiError} for a refusal. */
export type Transport = (request: ApiRequest) => Promise<unknown>;

export interface FieldFault {
  field: string;
  reason: string;
}

/** The one error body of the platform, as an exception. `code` is from the closed list in server/kernel/errors.ts. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly fields: FieldFault[];
  readonly requestId: string | null;
  constructor(
    status: number,
    code: string,
    message: string,
    fields: FieldFault[] = [],
    requestId: string | null = null,
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.fields = fields;
    this.requestId = requestId;
  }

  /** Reads the error body `{ error: { code, message, fields?, requestId? } }`; anything else becomes a plain text. */
  static fromBody(status: number, body: unknown): ApiError {
    const error = (body as { error?: Record<string, unknown> } | null)?.error;
    if (error && typeof error.code === 'string' && typeof error.message === 'string') {
      const fields = Array.isArray(error.fields) ? (error.fields as FieldFault[]) : [];
      return new ApiError(
        status,
        error.code,
        error.message,
        fields,
        (error.requestId as string | undefined) ?? null,
      );
    }
    return new ApiError(status, 'server-unreachable', '暂时连不上服务器，您填写的内容没有丢失，请稍后再试。');
  }
}

export interface CallOptions {
  raw?: unknown;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

type RawRouteOf<T> = T extends { reply: RawReply } ? true : false;

type Caller<T> = (
  ...args: undefined extends ArgOf<T>
    ? [call?: ArgOf<T>, options?: CallOptions]
    : [call: ArgOf<T>, options?: CallOptions]
) => Promise<RawRouteOf<T> extends true ? unknown : ReplyOf<T>>;

type RequiredKeys<T> = { [K in keyof T]-?: undefined extends T[K] ? never : K }[keyof T];
type ArgOf<T> = RequiredKeys<CallOf<T>> extends never ? CallOf<T> | undefined : CallOf<T>;

export type Client = {
  [M in keyof Contract]: {
    [R in keyof Contract[M]]: Contract[M][R] extends Route<infer _P, infer _Q, infer _B, infer _R>
      ? Caller<Contract[M][R]>
      : never;
  };
};

interface LooseCall {
  params?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

/** The URL of a route below the origin, for links and downloads. */
export function urlOf(
  method_path: string,
  params: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): string {
  const path = method_path.replace(/:([a-zA-Z]+)/g, (_all, name: string) =>
    encodeURIComponent(String(params[name])),
  );
  const pairs = Object.entries(query)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`);
  return `/api/v1${path}${pairs.length ? `?${pairs.join('&')}` : ''}`;
}

/** A function per route of the contract, typed by it: `client.members.list({ query: { page: 2 } })`. */
export function createClient(transport: Transport): Client {
  const client: Record<string, Record<string, unknown>> = {};
  for (const [module, table] of Object.entries(routes)) {
    const callers: Record<string, unknown> = {};
    for (const [name, [method, path]] of Object.entries(
      table as Record<string, readonly [ApiRequest['method'], string]>,
    )) {
      callers[name] = (call: LooseCall = {}, options: CallOptions = {}) =>
        transport({ method, path: urlOf(path, call.params, call.query), body: call.body, ...options });
    }
    client[module] = callers;
  }
  return client as unknown as Client;
}

export { routes };
