import type { Ctx } from '../../kernel/context.ts';
import type { HttpHost } from '../../kernel/http.ts';

export function mountCases(_host: HttpHost): void {}
export async function publishCatalogue(_ctx: Ctx): Promise<void> {}
