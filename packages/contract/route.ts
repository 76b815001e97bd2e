import { z } from 'zod';
import type { Permission } from './permissions.ts';
import type { Secrecy } from './secrecy.ts';

/**
 * Who may call a route. Exactly one of three, so a route that says nothing does not compile:
 * `permission` – a cadre holding it over the thing's union; `self` – the signed-in person, about herself; `public` – anybody.
 */
export type Guard =
  | { permission: Permission; self?: never; public?: never }
  | { self: 'member' | 'cadre' | 'any'; permission?: never; public?: never }
  | { public: true; permission?: never; self?: never };

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** A reply that is not JSON: a file or an event stream, with its media type. */
export interface RawReply {
  raw: string;
  /** The most secret of what stands in it, since no field says so. */
  holds: Secrecy;
}

type Shape = z.ZodType | undefined;

interface RouteParts<P extends Shape, Q extends Shape, B extends Shape, R extends z.ZodType | RawReply> {
  method: Method;
  /** Path under /api/v1, parameters as `:name`. */
  path: string;
  /** One sentence for the API page. */
  summary: string;
  params?: P;
  query?: Q;
  /** JSON body; `rawBody` for octet streams. */
  body?: B;
  /** The body is an octet stream of at most this many bytes, handed over as a stream. */
  rawBody?: number;
  /** Moves money or quota: an Idempotency-Key header is required. */
  idempotent?: true;
  /**
   * Only reads, and what it tells may be some seconds old: a replica may answer. Never for what concerns the caller herself,
   * who has just written it.
   */
  mayLag?: true;
  /** Calls per minute and person (or address when anonymous); the general limit applies otherwise. */
  perMinute?: number;
  reply: R;
}

export type Route<
  P extends Shape = Shape,
  Q extends Shape = Shape,
  B extends Shape = Shape,
  R extends z.ZodType | RawReply = z.ZodType | RawReply,
> = RouteParts<P, Q, B, R> & Guard;

/** Declares one route. Types of parameters, body and reply follow from the schemas on both ends. */
export function route<
  P extends Shape = undefined,
  Q extends Shape = undefined,
  B extends Shape = undefined,
  R extends z.ZodType | RawReply = z.ZodType,
>(spec: RouteParts<P, Q, B, R> & Guard): Route<P, Q, B, R> {
  return spec;
}

type InferIn<S> = S extends z.ZodType ? z.input<S> : undefined;
type InferOut<S> = S extends z.ZodType ? z.output<S> : undefined;

/** What a caller passes. */
export type CallOf<T> =
  T extends Route<infer P, infer Q, infer B, infer _R>
    ? (P extends z.ZodType ? { params: InferIn<P> } : { params?: undefined }) &
        (Q extends z.ZodType ? { query?: InferIn<Q> } : { query?: undefined }) &
        (B extends z.ZodType ? { body: InferIn<B> } : { body?: undefined })
    : never;

/** What a handler receives, after validation and defaults. */
export type InputOf<T> =
  T extends Route<infer P, infer Q, infer B, infer _R>
    ? { params: InferOut<P>; query: InferOut<Q>; body: InferOut<B> }
    : never;

/** What a handler returns and a caller gets. */
export type ReplyOf<T> =
  T extends Route<infer _P, infer _Q, infer _B, infer R>
    ? R extends z.ZodType
      ? z.output<R>
      : never
    : never;

export type RouteTable = Record<string, Route>;
