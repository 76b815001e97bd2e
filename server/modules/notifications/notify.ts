import type { Ctx } from '../../kernel/context.ts';

export interface Message {
  /** To a member's inbox, or to a cadre's. */
  to: { memberId: string } | { accountId: string };
  title: string;
  text: string;
  caseId: string | null;
}

/** Puts a message into somebody's inbox, in the transaction of what it tells. Plain words, next step, date. */
export async function notify(ctx: Ctx, { to, title, text, caseId }: Message): Promise<void> {
  const write = ctx.db
    .insertInto('message')
    .values({
      id: ctx.id(),
      member_id: 'memberId' in to ? to.memberId : null,
      account_id: 'accountId' in to ? to.accountId : null,
      title,
      text,
      case_id: caseId,
      at: ctx.now,
    })
    .compile();
  ctx.later(write);
}
