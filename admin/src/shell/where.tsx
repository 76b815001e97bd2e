import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import { Breadcrumb } from 'antd';
import { useSession } from '../session.ts';
import { useTexts } from '../texts/texts.ts';
import type { ListSearch } from '../page/list-search.ts';
import { unionQuery } from '../unions/unions.ts';

/**
 * Where I stand in the tree. A list page keeps the union it is narrowed to in `under`; each step of the breadcrumb
 * narrows the same page to that union, the first one to everything I am responsible for.
 */
export const Where = () => {
  const t = useTexts();
  const session = useSession();
  const { pathname, search } = useLocation();
  const under = (search as ListSearch).under ?? /^\/unions\/([0-9a-f-]{36})/.exec(pathname)?.[1];
  const union = useQuery({ ...unionQuery(under ?? ''), enabled: under !== undefined });
  const onUnionPage = pathname.startsWith('/unions/');
  const to = (id: string | undefined, label: string) =>
    onUnionPage && id ? (
      <Link to={`/unions/${id}` as never}>{label}</Link>
    ) : (
      <Link to={'.' as never} search={{ ...search, under: id, page: undefined } as never}>
        {label}
      </Link>
    );
  const scope = session.grants.map((grant) => grant.union.name);
  const own = [...new Set(scope)].join('、') || session.federation.name;
  const items = [{ title: under && !onUnionPage ? to(undefined, own) : own }];
  if (under && union.data) {
    items.length = 0;
    if (!onUnionPage) items.push({ title: to(undefined, t.shell.wholeScope) });
    for (const step of union.data.ancestors) items.push({ title: to(step.id, step.name) });
    items.push({ title: <span aria-current="page">{union.data.name}</span> });
  }
  return (
    <nav aria-label={t.shell.where}>
      <Breadcrumb items={items} />
    </nav>
  );
};
