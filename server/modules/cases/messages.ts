import { yuanText } from '@smart-union/catalogue-kit';
import type { Ctx } from '../../kernel/context.ts';
import { notify } from '../notifications/index.ts';
import type { FiledCase } from './owners.ts';

/** '2026-11-24' → '11月24日'. */
export function dayZh(day: string): string {
  const [, month, date] = day.split('-');
  return `${Number(month)}月${Number(date)}日`;
}

const tell = (ctx: Ctx, filed: FiledCase, title: string, text: string) =>
  notify(ctx, { to: { memberId: filed.memberId }, title, text, caseId: filed.id });

export const tellSubmitted = (ctx: Ctx, filed: FiledCase) =>
  tell(
    ctx,
    filed,
    '申请已收到',
    `您的「${filed.definition.title}」申请已收到，编号 ${filed.number}。${filed.promisedOn ? `预计 ${dayZh(filed.promisedOn)} 前审批完。` : ''}不用再去窗口，有进展会在这里告诉您。`,
  );

export const tellReturned = (ctx: Ctx, filed: FiledCase, office: string, note: string) =>
  tell(
    ctx,
    filed,
    '申请被退回，请补充',
    `${office}退回了您的「${filed.definition.title}」申请：${note}。请在「申请进度」里修改后重新提交，名额为您保留。`,
  );

export const tellDeclined = (ctx: Ctx, filed: FiledCase, office: string, note: string) =>
  tell(
    ctx,
    filed,
    '申请没有通过',
    `${office}没有通过您的「${filed.definition.title}」申请：${note}。如有疑问请联系本单位工会，或拨打 12351。`,
  );

export const tellCancelled = (ctx: Ctx, filed: FiledCase, office: string, reason: string) =>
  tell(
    ctx,
    filed,
    '申请的批准已取消',
    `${office}取消了您的「${filed.definition.title}」申请的批准：${reason}。这笔款不会发放，占用的次数已退还给您；符合条件可以重新申请，如有疑问请联系本单位工会，或拨打 12351。`,
  );

export async function tellApproved(ctx: Ctx, filed: FiledCase): Promise<void> {
  const sum = filed.amountFen ? `${yuanText(filed.amountFen)} 将打到您的银行卡，到账后会再通知您。` : '';
  await tell(ctx, filed, '申请已批准', `您的「${filed.definition.title}」申请已批准。${sum}`);
}
