import { Link, useLocation } from '@tanstack/react-router';
import { Badge } from 'antd';
import { holds, useSession } from '../session.ts';
import { useTexts } from '../texts/texts.ts';
import { Wall } from '../page/icons.tsx';
import { UnionTree } from '../unions/union-tree.tsx';
import { placesFor } from './places.ts';

/** The left side: pages I may use in their groups, then the unions I am responsible for. */
export const SideNav = ({ todo, onGo }: { todo: number | undefined; onGo?: () => void }) => {
  const t = useTexts();
  const session = useSession();
  const path = useLocation().pathname;
  return (
    <>
      {placesFor(session).map(({ group, places }) => (
        <div key={group}>
          <h2 className="nav-title">{t.shell.groups[group]}</h2>
          <ul className="nav-list">
            {places.map((place) => {
              const here =
                place.path === '/'
                  ? path === '/'
                  : path.startsWith(place.path) || (place.page === 'worklist' && path.startsWith('/cases/'));
              return (
                <li key={place.page}>
                  <Link
                    to={place.path as never}
                    className="nav-link"
                    aria-current={here ? 'page' : undefined}
                    onClick={onGo}
                  >
                    <place.icon />
                    <span className="grow">{t.shell.pages[place.page]}</span>
                    {place.page === 'worklist' && todo ? (
                      <Badge count={todo} overflowCount={999} color="#1f4e8c" />
                    ) : null}
                  </Link>
                </li>
              );
            })}
            {group === 'work' && holds(session, 'dashboards.view') ? (
              <li>
                <a className="nav-link" href="/wall/" target="_blank" rel="noreferrer">
                  <Wall />
                  <span className="grow">{t.shell.wall}</span>
                </a>
              </li>
            ) : null}
          </ul>
        </div>
      ))}
      {holds(session, 'unions.view') ? (
        <div className="nav-tree">
          <h2 className="nav-title">{t.shell.myUnions}</h2>
          <UnionTree onGo={onGo} />
        </div>
      ) : null}
    </>
  );
};
