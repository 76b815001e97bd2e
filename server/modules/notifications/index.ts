import type { HttpHost } from '../../kernel/http.ts';

export function mountNotifications(_host: HttpHost): void {}
