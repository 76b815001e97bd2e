import type { HttpHost } from '../../kernel/http.ts';

export function mountDisbursements(_host: HttpHost): void {}
