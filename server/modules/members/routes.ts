import { contract } from '@smart-union/contract';
import { mount, type HttpHost } from '../../kernel/http.ts';
import { setMyBankCard } from './bank-card.ts';
import { discloseMember } from './disclose-member.ts';
import { exportMembers } from './export-members.ts';
import { memberRosters } from './import-members.ts';
import { listMembers, readMember, readMyself } from './queries.ts';
import { listMemberEvents, listMyAccessLog } from './read-history.ts';

export function mountMembers(host: HttpHost): void {
  host.platform.jobs.register(memberRosters.job('members.import', host.auth));
  mount(host, 'memberImports', contract.memberImports, memberRosters.handlers);
  mount(host, 'members', contract.members, {
    list: listMembers,
    get: (ctx, { params }) => readMember(ctx, params.id),
    history: listMemberEvents,
    disclose: discloseMember,
    exportList: exportMembers,
    me: readMyself,
    myAccessLog: listMyAccessLog,
    setBankCard: setMyBankCard,
  });
}
