import { contract } from '@smart-union/contract';
import { mount, type HttpHost } from '../../kernel/http.ts';
import { appointDeputy, listDeputies, listDeputyCandidates } from './deputies.ts';
import { revokeDeputy } from './end-deputies.ts';
import { addGrant, createAccount, removeGrant, setAccountStatus } from './manage-accounts.ts';
import { beginTotp, changePassword, confirmTotp, getSession, signOut } from './own-account.ts';
import { sweepFailures } from './failures.ts';
import { getAccount, listAccounts } from './queries.ts';
import { requestCode } from './request-code.ts';
import { signInCadre } from './sign-in-cadre.ts';
import { signInMember } from './sign-in-member.ts';

export function mountAccounts(host: HttpHost): void {
  host.platform.jobs.register(sweepFailures);
  const forget = () => host.auth.forget();
  mount(host, 'accounts', contract.accounts, {
    requestCode,
    signInMember,
    signInCadre,
    getSession,
    signOut: async (ctx, input, call) => (ctx.afterCommit(forget), signOut(ctx, input, call)),
    changePassword: async (ctx, input, call) => (ctx.afterCommit(forget), changePassword(ctx, input, call)),
    beginTotp,
    confirmTotp: async (ctx, input) => (ctx.afterCommit(forget), confirmTotp(ctx, input)),
    listDeputies,
    deputyCandidates: listDeputyCandidates,
    appointDeputy: async (ctx, input) => (ctx.afterCommit(forget), appointDeputy(ctx, input)),
    revokeDeputy: async (ctx, input) => (ctx.afterCommit(forget), revokeDeputy(ctx, input)),
    list: listAccounts,
    get: (ctx, { params }) => getAccount(ctx, params.id),
    create: createAccount,
    addGrant: async (ctx, input) => (ctx.afterCommit(forget), addGrant(ctx, input)),
    removeGrant: async (ctx, input) => (ctx.afterCommit(forget), removeGrant(ctx, input)),
    setStatus: async (ctx, input) => (ctx.afterCommit(forget), setAccountStatus(ctx, input)),
  });
}
