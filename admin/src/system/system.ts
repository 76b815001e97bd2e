import type { Contract, ReplyOf } from '@smart-union/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../client.ts';

export type SystemOverview = ReplyOf<Contract['system']['overview']>;
export type Check = ReplyOf<Contract['system']['listChecks']>['items'][number];

export const systemQuery = queryOptions({
  queryKey: ['system', 'overview'],
  queryFn: () => api.system.overview(),
  refetchInterval: 15_000,
});

export const checksQuery = queryOptions({
  queryKey: ['system', 'checks'],
  queryFn: () => api.system.listChecks(),
  // Somebody watches a proof that is under way; one that rests changes at night.
  refetchInterval: ({ state }) => (state.data?.items.some((check) => check.state !== 'idle') ? 1500 : 30_000),
});

/** 5368709120 → “5.0 GB” */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log(Math.max(bytes, 1)) / Math.log(1024)));
  const value = bytes / 1024 ** power;
  return `${power === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}
