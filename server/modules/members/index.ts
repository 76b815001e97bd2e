import type { HttpHost } from '../../kernel/http.ts';

export function mountMembers(_host: HttpHost): void {}
