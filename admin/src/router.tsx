import { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { SignIn } from './accounts/sign-in.tsx';
import { parseSearch, stringifySearch, type ListSearch } from './page/list-search.ts';
import { Failure, Loading } from './page/states.tsx';
import { sessionQuery } from './session.ts';
import { Frame } from './shell/frame.tsx';
import { Missing } from './shell/missing.tsx';
import { ApiError, onSignedOut } from './transport.ts';

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // A refusal stays a refusal; only a lost connection or a busy server is worth another try.
      retry: (count, error) =>
        count < 2 && (!(error instanceof ApiError) || error.status === 0 || error.status >= 500),
    },
  },
});

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  notFoundComponent: Missing,
});

const anySearch = (search: Record<string, unknown>): ListSearch => search as ListSearch;

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: anySearch,
  component: SignIn,
});

const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  validateSearch: anySearch,
  beforeLoad: async ({ context, location }) => {
    const session = await context.queryClient.ensureQueryData(sessionQuery);
    if (!session) throw redirect({ to: '/sign-in', search: { back: location.href } });
  },
  component: Frame,
  pendingComponent: Loading,
  errorComponent: ({ error, reset }) => <Failure error={error} onRetry={reset} />,
});

type LazyModule = Record<string, never>;

/**
 * A page's code that did not arrive. After a release its file is gone, and the router loads the web anew; without the
 * network that would leave her on the browser's own error page, so it is told as every call without an answer is.
 */
const arriving = (load: () => Promise<object>) => () =>
  load().catch(async (error: unknown) => {
    await fetch('/healthz', { cache: 'no-store' }).catch(() => {
      throw new ApiError(0, 'network', 'no answer');
    });
    throw error;
  });

/** A page inside the frame, loaded when first opened. */
const page = <P extends string>(path: P, load: () => Promise<object>, name: string) =>
  createRoute({
    getParentRoute: () => frame,
    path,
    component: lazyRouteComponent(arriving(load) as () => Promise<LazyModule>, name),
  });

const pages = [
  page('/', () => import('./dashboards/home.tsx'), 'Home'),
  page('/worklist', () => import('./cases/worklist.tsx'), 'Worklist'),
  page('/cases/$id', () => import('./cases/case-page.tsx'), 'CasePage'),
  page('/members', () => import('./members/member-list.tsx'), 'MemberList'),
  page('/members/$id', () => import('./members/member-page.tsx'), 'MemberPage'),
  page('/unions', () => import('./unions/union-list.tsx'), 'UnionList'),
  page('/unions/$id', () => import('./unions/union-page.tsx'), 'UnionPage'),
  page('/imports', () => import('./members/import-list.tsx'), 'ImportList'),
  page('/imports/$noun/$id', () => import('./members/import-page.tsx'), 'ImportPage'),
  page('/catalogue', () => import('./catalogue/item-list.tsx'), 'ItemList'),
  page('/catalogue/$code', () => import('./catalogue/item-page.tsx'), 'ItemPage'),
  page('/funds', () => import('./disbursements/fund-list.tsx'), 'FundList'),
  page('/funds/$id', () => import('./disbursements/fund-page.tsx'), 'FundPage'),
  page('/payments', () => import('./disbursements/payment-list.tsx'), 'PaymentList'),
  page('/visits', () => import('./disbursements/visit-list.tsx'), 'VisitList'),
  page('/batches', () => import('./disbursements/batch-list.tsx'), 'BatchList'),
  page('/batches/$id', () => import('./disbursements/batch-page.tsx'), 'BatchPage'),
  page('/exceptions', () => import('./disbursements/exception-list.tsx'), 'ExceptionList'),
  page('/messages', () => import('./notifications/message-list.tsx'), 'MessageList'),
  page('/calendar', () => import('./calendar/calendar-page.tsx'), 'CalendarPage'),
  page('/audit', () => import('./audit/audit-log.tsx'), 'AuditLog'),
  page('/system', () => import('./system/system-page.tsx'), 'SystemPage'),
  page('/privacy', () => import('./privacy/request-list.tsx'), 'RequestList'),
  page('/accounts', () => import('./accounts/account-list.tsx'), 'AccountList'),
  page('/me', () => import('./accounts/my-account.tsx'), 'MyAccount'),
];

export const router = createRouter({
  routeTree: root.addChildren([signIn, frame.addChildren(pages)]),
  basepath: '/admin',
  context: { queryClient },
  parseSearch,
  stringifySearch,
  scrollRestoration: true,
  defaultPreload: 'intent',
  defaultPendingMs: 300,
  defaultPendingComponent: Loading,
  // Code that did not arrive is asked for again by a browser only when it loads the web anew.
  defaultErrorComponent: ({ error, reset }) => (
    <Failure
      error={error}
      onRetry={error instanceof ApiError && error.status === 0 ? () => location.reload() : reset}
    />
  ),
  defaultNotFoundComponent: Missing,
});

// The session ended while a page was open: ask for a sign-in and come back to the same page.
onSignedOut(() => {
  if (router.state.location.pathname === '/sign-in') return;
  queryClient.setQueryData(sessionQuery.queryKey, null);
  void router.navigate({ to: '/sign-in', search: { back: router.state.location.href, ended: '1' } });
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
