import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Alert, Badge, Button, Drawer, Dropdown, Grid, Tooltip } from 'antd';
import { useEffect, useState } from 'react';
import { api } from '../client.ts';
import { Menu, Person, Search, Work } from '../page/icons.tsx';
import { NoPermission, OfflineLine } from '../page/states.tsx';
import { holds, sessionQuery, useSession } from '../session.ts';
import { switchLocale, useLocale, useTexts } from '../texts/texts.ts';
import { MemberHere } from './member-here.tsx';
import { isBarred } from './places.ts';
import { SearchPalette } from './search-palette.tsx';
import { SideNav } from './side-nav.tsx';
import { Where } from './where.tsx';

/** The signed-in shell: header, navigation, the page. */
export const Frame = () => {
  const session = useQuery(sessionQuery).data;
  if (!session) return null;
  return session.kind === 'member' ? <MemberHere /> : <CadreFrame />;
};

const CadreFrame = () => {
  const t = useTexts();
  const session = useSession();
  const wide = Grid.useBreakpoint().lg !== false;
  const path = useLocation().pathname;
  const [menu, setMenu] = useState(false);
  const [searching, setSearching] = useState(false);
  const counts = useQuery({
    queryKey: ['cases', 'counts'],
    queryFn: () => api.cases.counts(),
    enabled: holds(session, 'cases.view'),
    refetchInterval: 30_000,
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setSearching(true);
      }
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
  const todo = counts.data?.todo;
  return (
    <div className="frame">
      <a className="skip" href="#main">
        {t.shell.skip}
      </a>
      <header className="frame-header">
        {wide ? null : (
          <Button type="text" icon={<Menu />} aria-label={t.shell.menu} onClick={() => setMenu(true)} />
        )}
        <Link to={'/' as never} className="frame-brand">
          <img src="/admin/mark.svg" alt="" />
          <span className="frame-brand-name">{t.shell.product}</span>
        </Link>
        <div className="frame-where">{wide ? <Where /> : null}</div>
        <Button icon={<Search />} onClick={() => setSearching(true)} aria-label={t.shell.search}>
          {wide ? (
            <span>
              {t.shell.search} <kbd>Ctrl K</kbd>
            </span>
          ) : null}
        </Button>
        {todo === undefined ? null : (
          <Tooltip title={t.shell.worklist(todo)}>
            <Link to={'/worklist' as never} aria-label={t.shell.worklist(todo)} className="frame-badge">
              <Badge count={todo} overflowCount={999} size="small" color="#1f4e8c" offset={[6, -2]}>
                <Work style={{ fontSize: 18 }} />
              </Badge>
            </Link>
          </Tooltip>
        )}
        <UserMenu name={wide ? session.name : ''} />
      </header>
      {wide ? (
        <nav className="frame-nav" aria-label={t.shell.nav}>
          <SideNav todo={todo} />
        </nav>
      ) : (
        <Drawer
          open={menu}
          onClose={() => setMenu(false)}
          placement="left"
          size={280}
          title={session.federation.name}
          styles={{ body: { padding: 8 } }}
        >
          <nav aria-label={t.shell.nav}>
            <SideNav todo={todo} onGo={() => setMenu(false)} />
          </nav>
        </Drawer>
      )}
      <main className="frame-main" id="main" tabIndex={-1}>
        <OfflineLine />
        {session.totp === 'needed-not-set' ? <TotpMissing /> : null}
        {isBarred(session, path) ? (
          <NoPermission />
        ) : (
          <Outlet key={path.startsWith('/cases/') ? 'case' : path} />
        )}
      </main>
      <SearchPalette open={searching} onClose={() => setSearching(false)} />
    </div>
  );
};

/** Roles that need a one-time code have no permissions until it is set: say so, and where. */
const TotpMissing = () => {
  const t = useTexts();
  return (
    <Alert
      style={{ marginBottom: 12 }}
      type="warning"
      showIcon
      title={t.me.totpStates['needed-not-set']}
      action={<Link to={'/me' as never}>{t.me.begin}</Link>}
    />
  );
};

const UserMenu = ({ name }: { name: string }) => {
  const t = useTexts();
  const locale = useLocale();
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  const signOut = async (): Promise<void> => {
    await api.accounts.signOut().catch(() => undefined);
    queryClient.clear();
    await navigate({ to: '/sign-in', search: {} });
  };
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          { key: 'me', label: t.shell.account, onClick: () => void navigate({ to: '/me' as never }) },
          {
            key: 'language',
            label: t.shell.language,
            onClick: () => switchLocale(locale === 'en' ? 'zh-CN' : 'en'),
          },
          { type: 'divider' },
          { key: 'out', label: t.shell.signOut, onClick: () => void signOut() },
        ],
      }}
    >
      <Button type="text" icon={<Person />} aria-label={t.shell.account}>
        {name}
      </Button>
    </Dropdown>
  );
};
