import type { FastifyRequest } from 'fastify';
import { inSystemContext } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import type { HttpHost } from '../../kernel/http.ts';
import { demoPassword } from '../accounts/index.ts';

/**
 * `/dev/wall-account`, in demo mode only: the view-only demo account the wall offers in one click. Elsewhere the page
 * does not exist and the wall offers nothing.
 */
export function mountDemoAccount(host: HttpHost): void {
  if (!host.platform.config.demo) return;
  const readAccount = async (request: FastifyRequest) => {
    const federation = await host.federationOf(request);
    return inSystemContext(host.platform, federation, '演示页面', async (ctx) => {
      const account = await ctx.db
        .selectFrom('account')
        .innerJoin('grant', 'grant.account_id', 'account.id')
        .select('account.username')
        .where('account.demo', '=', true)
        .where('account.status', '=', 'active')
        .where('grant.role', '=', 'leader')
        .where('grant.revoked_at', 'is', null)
        .orderBy('grant.union_path')
        .executeTakeFirst();
      if (!account) throw new DomainError('route-unknown');
      return { username: account.username, password: demoPassword };
    });
  };
  host.app.get('/dev/wall-account', (request) => readAccount(request));
}
