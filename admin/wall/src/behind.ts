import type { Overview } from './overview.ts';

const lists = {
  members: { permission: 'members.view', path: '/admin/members' },
  unions: { permission: 'unions.view', path: '/admin/unions' },
  cases: { permission: 'cases.view', path: '/admin/cases' },
  funds: { permission: 'disbursements.view', path: '/admin/funds' },
} as const;

/** The link to the list behind a number, for those who may open it; no link (and no tab stop) for others. */
export function behind(overview: Overview, list: keyof typeof lists): { href?: string } {
  const { permission, path } = lists[list];
  if (!overview.can.includes(permission)) return {};
  return { href: list === 'funds' ? path : `${path}?under=${overview.union.id}` };
}
