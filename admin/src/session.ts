import type { Contract, Permission, ReplyOf } from '@smart-union/contract';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { api } from './client.ts';
import { ApiError } from './transport.ts';

export type Session = ReplyOf<Contract['accounts']['getSession']>;

/** Who is signed in; null when nobody is. A member's session is no cadre's: the shell sends her to her own app. */
export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async (): Promise<Session | null> => {
    try {
      return await api.accounts.getSession();
    } catch (error) {
      if (error instanceof ApiError && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

/** The session inside the signed-in shell, where there always is one. */
export const useSession = (): Session => {
  const { data } = useQuery(sessionQuery);
  if (!data) throw new Error('useSession is for pages inside the signed-in shell');
  return data;
};

/** Whether I hold a permission over any union at all: decides what is in the menu, never what an act may do. */
export const holds = (session: Session, ...permissions: Permission[]): boolean =>
  permissions.some((permission) => session.permissions.includes(permission));
