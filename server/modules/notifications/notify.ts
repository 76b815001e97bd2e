import type { Ctx } from '../../kernel/context.ts';
import { insertion } from '../../kernel/db/statement.ts';

export interface Message {
  /** To a member's inbox, or to a cadre's. */
  to: { memberId: string } | { accountId: string };
  title: string;
  text: string;
  /** The same in English: the inbox shows what its owner chose. */
  titleEn: string;
  textEn: string;
  caseId: string | null;
}

const put = insertion('message');

/** Puts a message into somebody's inbox, in the transaction of what it tells. Plain words, next step, date. */
export async function notify(ctx: Ctx, { to, title, titleEn, text, textEn, caseId }: Message): Promise<void> {
  put.later(ctx, {
    id: ctx.id(),
    member_id: 'memberId' in to ? to.memberId : null,
    account_id: 'accountId' in to ? to.accountId : null,
    title,
    text,
    title_en: titleEn,
    text_en: textEn,
    case_id: caseId,
    at: ctx.now,
  });
}
