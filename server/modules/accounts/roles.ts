import type { Permission } from '@smart-union/contract';

/** A role as cadres know it: its title, what it may do, and whether it must use a one-time code. */
export interface Role {
  title: string;
  titleEn: string;
  permissions: readonly Permission[];
  /** Money or personal data at district level and above: a second factor is required. */
  totp: boolean;
}

const looking = ['unions.view', 'cases.view', 'dashboards.view'] as const;

/**
 * Roles are sets of permissions that never put making, approving and releasing the same money in one hand; four eyes
 * per case is checked besides, so holding two roles does not help.
 */
export const roles: Record<string, Role> = {
  'unit-chair': {
    title: '基层工会主席',
    titleEn: 'Unit-union chair',
    permissions: [...looking, 'members.view', 'members.open', 'cases.review', 'cases.open'],
    totp: false,
  },
  'town-cadre': {
    title: '镇街工会干部',
    titleEn: 'Town cadre',
    permissions: [...looking, 'members.view', 'members.import'],
    totp: false,
  },
  'district-registrar': {
    title: '区总组织部（名册）',
    titleEn: 'District registrar',
    permissions: [
      'unions.view',
      'unions.import',
      'members.view',
      'members.open',
      'members.import',
      'members.export',
      'dashboards.view',
    ],
    totp: true,
  },
  'district-approver': {
    title: '区总审批',
    titleEn: 'District approver',
    permissions: [
      ...looking,
      'members.view',
      'members.open',
      'cases.approve',
      'cases.open',
      'cases.export',
      'disbursements.view',
    ],
    totp: true,
  },
  treasurer: {
    title: '区总财务（制单）',
    titleEn: 'Treasurer',
    permissions: [
      'unions.view',
      'dashboards.view',
      'disbursements.view',
      'disbursements.fund',
      'disbursements.prepare',
      'disbursements.reconcile',
    ],
    totp: true,
  },
  payer: {
    title: '区总财务（放行）',
    titleEn: 'Payment releaser',
    permissions: ['unions.view', 'dashboards.view', 'disbursements.view', 'disbursements.release'],
    totp: true,
  },
  visitor: {
    title: '上门慰问干部',
    titleEn: 'Visiting cadre',
    permissions: ['unions.view', 'cases.view', 'disbursements.visit'],
    totp: false,
  },
  auditor: {
    title: '经审（审计）',
    titleEn: 'Auditor',
    permissions: [
      'unions.view',
      'members.view',
      'cases.view',
      'disbursements.view',
      'dashboards.view',
      'accounts.view',
      'audit.view',
    ],
    totp: true,
  },
  leader: {
    title: '领导（只看总览）',
    titleEn: 'Leader (overview)',
    permissions: ['dashboards.view'],
    totp: false,
  },
  'system-admin': {
    title: '系统管理员',
    titleEn: 'System administrator',
    permissions: [
      'accounts.view',
      'accounts.manage',
      'unions.view',
      'calendar.edit',
      'system.view',
      'system.operate',
    ],
    totp: true,
  },
};

/** What a deputy takes over: deciding cases and what must be seen for it. Never accounts, audit or money. */
const lendable: readonly Permission[] = ['cases.view', 'cases.review', 'cases.approve', 'cases.open'];

/**
 * What a role may do: nothing when the role is unknown, or needs a one-time code that is not set up yet. `lent`: what
 * of it a deputy may do.
 */
export function permissionsOf(role: string, hasTotp: boolean, lent = false): readonly Permission[] {
  const found = roles[role];
  if (!found || (found.totp && !hasTotp)) return [];
  return lent ? found.permissions.filter((permission) => lendable.includes(permission)) : found.permissions;
}

/** Does the role decide cases? Only then there is something for a deputy to do. */
export const decidesCases = (role: string) =>
  roles[role]?.permissions.some(
    (permission) => permission === 'cases.review' || permission === 'cases.approve',
  ) ?? false;
