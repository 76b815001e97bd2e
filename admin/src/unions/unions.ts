import type { Contract, ReplyOf } from '@smart-union/contract';
import { queryOptions } from '@tanstack/react-query';
import { api } from '../client.ts';

export type Union = ReplyOf<Contract['unions']['get']>;
export type UnionRow = ReplyOf<Contract['unions']['list']>['items'][number];
export type UnionNode = ReplyOf<Contract['unions']['tree']>['nodes'][number];

export const unionQuery = (id: string) =>
  queryOptions({
    queryKey: ['unions', id],
    queryFn: () => api.unions.get({ params: { id } }),
    staleTime: 60_000,
  });

/** Children of a union, or the roots of my scope when `parent` is undefined. */
export const treeQuery = (parent: string | undefined) =>
  queryOptions({
    queryKey: ['unions', 'tree', parent ?? 'roots'],
    queryFn: () => api.unions.tree({ query: { parent } }),
    staleTime: 60_000,
  });
