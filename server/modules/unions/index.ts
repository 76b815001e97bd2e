import type { HttpHost } from '../../kernel/http.ts';

export function mountUnions(_host: HttpHost): void {}
