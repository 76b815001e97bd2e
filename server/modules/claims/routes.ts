import { contract } from '@smart-union/contract';
import { mount, type HttpHost } from '../../kernel/http.ts';
import { ownCases } from '../cases/index.ts';
import { getEntitlement, listEntitlements } from './entitlements.ts';
import { claimOwner } from './reserve-claim.ts';
import { chooseVisit, recordVisit } from './visit-claimant.ts';

export function mountClaims(host: HttpHost): void {
  ownCases('benefit', claimOwner);
  mount(host, 'claims', contract.claims, {
    entitlements: listEntitlements,
    entitlement: getEntitlement,
    recordVisit,
    chooseVisit,
  });
}
