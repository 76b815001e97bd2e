import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation, useNavigate } from '@tanstack/react-router';
import { Skeleton, Tree } from 'antd';
import { useEffect, useMemo, useState } from 'react';
import type { ListSearch } from '../page/list-search.ts';
import { formatCount } from '../texts/formats.ts';
import { useTexts } from '../texts/texts.ts';
import { treeQuery, type UnionNode } from './unions.ts';

interface Branch {
  key: string;
  title: React.ReactNode;
  isLeaf: boolean;
  children?: Branch[];
}

// On these pages a union of the tree narrows the list; everywhere else it opens the union itself.
const narrowed = ['/worklist', '/members', '/'];

/** 海陵区九龙镇总工会 under 海陵区总工会 is 九龙镇总工会: what the line above says need not be said again. */
const nameUnder = (name: string, above: string): string => {
  const place = above.replace(/总工会$/u, '');
  return place !== above && name.startsWith(place) && name.length - place.length > 3
    ? name.slice(place.length)
    : name;
};

const branchOf = (node: UnionNode, loaded: Map<string, UnionNode[]>, above = ''): Branch => {
  const children = loaded.get(node.id);
  return {
    key: node.id,
    title: (
      <span title={node.name} className="nav-union">
        <span>{nameUnder(node.name, above)}</span>{' '}
        <span className="quiet">{formatCount(node.memberCount)}</span>
      </span>
    ),
    isLeaf: node.childCount === 0,
    ...(children ? { children: children.map((child) => branchOf(child, loaded, node.name)) } : {}),
  };
};

/** The unions I am responsible for, opened step by step; figures are members. */
export const UnionTree = ({ onGo }: { onGo?: () => void }) => {
  const t = useTexts();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const { pathname, search } = useLocation();
  const roots = useQuery(treeQuery(undefined));
  const [loaded, setLoaded] = useState(new Map<string, UnionNode[]>());
  const branches = useMemo(
    () => (roots.data?.nodes ?? []).map((node) => branchOf(node, loaded)),
    [roots.data, loaded],
  );
  const [opened, setOpened] = useState<string[]>([]);
  const firstRoot = roots.data?.nodes[0];
  useEffect(() => {
    // A tree that shows one closed line says nothing: the first root is open from the start.
    if (!firstRoot || firstRoot.childCount === 0) return;
    setOpened([firstRoot.id]);
    void queryClient
      .fetchQuery(treeQuery(firstRoot.id))
      .then(({ nodes }) => setLoaded((before) => new Map(before).set(firstRoot.id, nodes)))
      // The tree then stays closed; opening it by hand asks again.
      .catch(() => setOpened([]));
  }, [firstRoot, queryClient]);
  const chosen = (search as ListSearch).under ?? /^\/unions\/([0-9a-f-]{36})/.exec(pathname)?.[1];
  if (roots.isPending) return <Skeleton active title={false} paragraph={{ rows: 3 }} />;
  return (
    <Tree
      blockNode
      aria-label={t.shell.myUnions}
      treeData={branches}
      selectedKeys={chosen ? [chosen] : []}
      expandedKeys={opened}
      onExpand={(keys) => setOpened(keys.map(String))}
      loadData={async (branch) => {
        const { nodes } = await queryClient.fetchQuery(treeQuery(String(branch.key)));
        setLoaded((before) => new Map(before).set(String(branch.key), nodes));
      }}
      onSelect={(_keys, { node }) => {
        onGo?.();
        if (narrowed.includes(pathname)) {
          const under = chosen === node.key ? undefined : String(node.key);
          void navigate({ to: '.', search: { ...search, under, page: undefined } as never });
        } else void navigate({ to: `/unions/${node.key}` as never });
      }}
    />
  );
};
