import type { HttpHost } from '../../kernel/http.ts';

export function mountClaims(_host: HttpHost): void {}
