import type { Permission } from '@smart-union/contract';
import { isWithin, pathsFor } from './access.ts';
import type { Ctx } from './context.ts';
import { DomainError } from './errors.ts';

/** Does the actor hold the permission over every union there is? */
export async function coversFederation(ctx: Ctx, permission: Permission): Promise<boolean> {
  const paths = pathsFor(ctx.actor, permission);
  if (paths.includes('f')) return true;
  const tops = await ctx.db.selectFrom('union').select('path').where('superior_id', 'is', null).execute();
  return tops.length > 0 && tops.every((top) => isWithin(top.path, paths));
}

/** For what is everybody's (calendar, queues), where a grant over a part of the federation is not enough. */
export async function requireWholeFederation(ctx: Ctx, permission: Permission): Promise<void> {
  if (!(await coversFederation(ctx, permission))) throw new DomainError('permission-missing');
}
