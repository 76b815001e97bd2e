import type { Overview } from './overview.ts';

/** Lists of the cadres' web behind the wall's numbers; `search` narrows them to the union shown. */
const lists = {
  members: { permission: 'members.view', path: '/admin/members', search: {} },
  unions: { permission: 'unions.view', path: '/admin/unions', search: {} },
  cases: { permission: 'cases.view', path: '/admin/worklist', search: { view: 'all' } },
  funds: { permission: 'disbursements.view', path: '/admin/funds', search: null },
} as const;

/** The link to the list behind a number, for those who may open it; no link (and no tab stop) for others. */
export function behind(overview: Overview, list: keyof typeof lists): { href?: string } {
  const { permission, path, search } = lists[list];
  if (!overview.can.includes(permission)) return {};
  if (search === null) return { href: path };
  return { href: `${path}?${new URLSearchParams({ ...search, under: overview.union.id })}` };
}
