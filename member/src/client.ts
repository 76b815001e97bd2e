import { createClient } from '@smart-union/api-client';
import { transport } from './transport.ts';

/** The platform's routes as functions. */
export const client = createClient(transport);

/** What a route answers with: `Reply<'members', 'me'>`. */
export type Reply<
  Module extends keyof typeof client,
  Name extends keyof (typeof client)[Module],
> = (typeof client)[Module][Name] extends (...args: never[]) => Promise<infer R> ? R : never;
