import { createClient } from '@smart-union/api-client';
import { transport } from './transport.ts';

/** Every route of the contract as a typed function: `api.cases.list({ query: { page: 1 } })`. */
export const api = createClient(transport);
