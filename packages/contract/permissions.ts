/**
 * The closed list of permissions, `module.verb`. A route names one of them; a role (server/modules/accounts/roles.ts)
 * is a set of them; a grant gives a role over one union and everything under it.
 */
export const permissions = [
  'accounts.view',
  'accounts.manage',
  'unions.view',
  'unions.import',
  'members.view',
  'members.open',
  'members.import',
  'members.export',
  'cases.view',
  'cases.review',
  'cases.approve',
  'cases.open',
  'cases.export',
  'disbursements.view',
  'disbursements.fund',
  'disbursements.prepare',
  'disbursements.release',
  'disbursements.reconcile',
  'disbursements.visit',
  'dashboards.view',
  'audit.view',
  'calendar.edit',
  'system.view',
  'system.operate',
] as const;

export type Permission = (typeof permissions)[number];
