import type { Contract, ReplyOf } from '@smart-union/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../client.ts';

export type CatalogueItem = ReplyOf<Contract['catalogue']['list']>['items'][number];

export const catalogueQuery = queryOptions({
  queryKey: ['catalogue'],
  queryFn: () => api.catalogue.list(),
  staleTime: 300_000,
});

export const itemQuery = (code: string) =>
  queryOptions({
    queryKey: ['catalogue', code],
    queryFn: () => api.catalogue.get({ params: { code } }),
    staleTime: 300_000,
  });
