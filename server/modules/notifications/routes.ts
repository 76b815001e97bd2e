import { contract } from '@smart-union/contract';
import { mount, type HttpHost } from '../../kernel/http.ts';
import { listMessages, markRead } from './inbox.ts';

export function mountNotifications(host: HttpHost): void {
  mount(host, 'notifications', contract.notifications, { list: listMessages, markRead });
}
