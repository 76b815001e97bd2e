import type { HttpHost } from '../../kernel/http.ts';
import { tellAlarmsBy } from '../../kernel/pii/alarm.ts';
import { tellAuditors } from './tell-auditors.ts';

export function mountPrivacy(host: HttpHost): void {
  tellAlarmsBy(host.platform, tellAuditors);
}
