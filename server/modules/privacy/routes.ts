import { contract } from '@smart-union/contract';
import { mount, type HttpHost } from '../../kernel/http.ts';
import { tellAlarmsBy } from '../../kernel/pii/alarm.ts';
import { askRequest } from './ask-request.ts';
import { decideRequest } from './decide-request.ts';
import { openGranted } from './open-granted.ts';
import { listRequests } from './requests.ts';
import { tellAuditors } from './tell-auditors.ts';

export function mountPrivacy(host: HttpHost): void {
  tellAlarmsBy(host.platform, tellAuditors);
  mount(host, 'privacy', contract.privacy, {
    list: listRequests,
    ask: askRequest,
    decide: decideRequest,
    open: openGranted,
  });
}
