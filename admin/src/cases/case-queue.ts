import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useListSearch } from '../page/list-search.ts';
import { caseListQuery, caseQuery, listFilters, viewOf } from './cases.ts';

/** The cases before and after this one in the list I came from, and the way to them. */
export const useCaseQueue = (id: string) => {
  const list = useListSearch();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const view = viewOf(list.search);
  const listed = useQuery(caseListQuery({ ...list.query(...listFilters), view }));
  const ids = (listed.data?.items ?? []).map((row) => row.id);
  const index = ids.indexOf(id);
  const previous = index > 0 ? ids[index - 1] : undefined;
  const next = index === -1 ? ids.find((other) => other !== id) : ids[index + 1];
  useEffect(() => {
    // The next case must be there at once after a decision: fetch it while this one is being read.
    if (next) void queryClient.prefetchQuery(caseQuery(next));
  }, [next, queryClient]);
  const go = (to: string | undefined): void => {
    if (to) void navigate({ to: `/cases/${to}` as never, search: list.search as never });
  };
  const leave = (): void => {
    void navigate({ to: '/worklist' as never, search: list.search as never });
  };
  const offset = (list.page - 1) * list.pageSize;
  return {
    previous,
    next,
    go,
    leave,
    /** 1-based place in the whole list, or null when this case is not in it. */
    position: index === -1 ? null : offset + index + 1,
    total: listed.data?.total ?? 0,
  };
};
