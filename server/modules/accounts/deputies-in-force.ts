import type { Ctx } from '../../kernel/context.ts';

/** Deputyships that hold today, both accounts being active. */
const inForce = (ctx: Ctx) =>
  ctx.db
    .selectFrom('deputy')
    .innerJoin('account as principal', 'principal.id', 'deputy.account_id')
    .innerJoin('account as acting', 'acting.id', 'deputy.deputy_account_id')
    .where('deputy.from_on', '<=', ctx.today)
    .where('deputy.until_on', '>=', ctx.today)
    .where('deputy.revoked_at', 'is', null)
    .where('principal.status', '=', 'active')
    .where('acting.status', '=', 'active');

/** Who decides today for any of these accounts. */
export async function deputiesOf(ctx: Ctx, accountIds: readonly string[]): Promise<string[]> {
  const rows = await inForce(ctx)
    .select('acting.id')
    .distinct()
    .where((eb) => eb('principal.id', '=', eb.fn.any(eb.val([...accountIds]))))
    .execute();
  return rows.map((row) => row.id);
}

/** For whom these accounts decide today. */
export async function principalsOf(ctx: Ctx, accountIds: readonly string[]): Promise<string[]> {
  const rows = await inForce(ctx)
    .select('principal.id')
    .distinct()
    .where((eb) => eb('acting.id', '=', eb.fn.any(eb.val([...accountIds]))))
    .execute();
  return rows.map((row) => row.id);
}
