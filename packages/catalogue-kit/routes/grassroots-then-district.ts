import type { Route } from './route.ts';

/**
 * 基层初审、区级审批: her own union looks at the papers, the district federation confirms. One working day each;
 * nobody decides twice.
 */
export const grassrootsThenDistrict: Route = [
  {
    id: 'unit-review',
    title: '单位工会初审',
    titleEn: 'Review by the unit union',
    at: 'own',
    permission: 'cases.review',
    outcomes: ['approve', 'return', 'decline'],
    dueInWorkingDays: 1,
  },
  {
    id: 'district-approval',
    title: '区总工会审批',
    titleEn: 'Approval by the district federation',
    at: 'district',
    permission: 'cases.approve',
    outcomes: ['approve', 'return', 'decline'],
    dueInWorkingDays: 1,
    distinctFrom: ['unit-review'],
  },
];
