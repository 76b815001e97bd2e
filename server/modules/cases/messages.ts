import { dateEn, yuanText } from '@smart-union/catalogue-kit';
import type { Ctx } from '../../kernel/context.ts';
import { notify } from '../notifications/index.ts';
import type { FiledCase } from './owners.ts';

/** '2026-11-24' → '11月24日'. */
export function dayZh(day: string): string {
  const [, month, date] = day.split('-');
  return `${Number(month)}月${Number(date)}日`;
}

/** What is told, in Chinese and in English, each as title and text. */
interface Told {
  zh: [title: string, text: string];
  en: [title: string, text: string];
}

const tell = (ctx: Ctx, filed: FiledCase, { zh, en }: Told) =>
  notify(ctx, {
    to: { memberId: filed.memberId },
    title: zh[0],
    text: zh[1],
    titleEn: en[0],
    textEn: en[1],
    caseId: filed.id,
  });

const nameOf = ({ definition }: FiledCase) => ({
  zh: `您的「${definition.title}」申请`,
  en: `your application for “${definition.titleEn ?? definition.title}”`,
});

export async function tellSubmitted(ctx: Ctx, filed: FiledCase): Promise<void> {
  const { number, promisedOn } = filed;
  const { zh, en } = nameOf(filed);
  await tell(ctx, filed, {
    zh: [
      '申请已收到',
      `${zh}已收到，编号 ${number}。${promisedOn ? `预计 ${dayZh(promisedOn)} 前审批完。` : ''}不用再去窗口，有进展会在这里告诉您。`,
    ],
    en: [
      'We have your application',
      `We have ${en}, number ${number}. ${promisedOn ? `It will be decided by ${dateEn(promisedOn)}. ` : ''}There is no need to come in person; we tell you here when something happens.`,
    ],
  });
}

export async function tellReturned(ctx: Ctx, filed: FiledCase, office: string, note: string): Promise<void> {
  const { zh, en } = nameOf(filed);
  await tell(ctx, filed, {
    zh: [
      '申请被退回，请补充',
      `${office}退回了${zh}：${note}。请在「申请进度」里修改后重新提交，名额为您保留。`,
    ],
    en: [
      'Please correct your application',
      `${office} returned ${en}: ${note}. Please correct it on its progress page and send it again; your place is kept.`,
    ],
  });
}

export async function tellDeclined(ctx: Ctx, filed: FiledCase, office: string, note: string): Promise<void> {
  const { zh, en } = nameOf(filed);
  await tell(ctx, filed, {
    zh: ['申请没有通过', `${office}没有通过${zh}：${note}。如有疑问请联系本单位工会，或拨打 12351。`],
    en: [
      'Your application was declined',
      `${office} declined ${en}: ${note}. If anything is unclear, ask your own union or call 12351.`,
    ],
  });
}

export async function tellApproved(ctx: Ctx, filed: FiledCase): Promise<void> {
  const { zh, en } = nameOf(filed);
  const sum = filed.amountFen ? yuanText(filed.amountFen) : null;
  await tell(ctx, filed, {
    zh: ['申请已批准', `${zh}已批准。${sum ? `${sum} 将打到您的银行卡，到账后会再通知您。` : ''}`],
    en: [
      'Your application is approved',
      `It is approved: ${en}.${sum ? ` ${sum} will be paid to your bank card; we tell you when it has arrived.` : ''}`,
    ],
  });
}

export async function tellCancelled(
  ctx: Ctx,
  filed: FiledCase,
  office: string,
  reason: string,
): Promise<void> {
  const { zh, en } = nameOf(filed);
  await tell(ctx, filed, {
    zh: [
      '批准已取消',
      `${office}取消了${zh}的批准：${reason}。这笔款不会发放，也不占用您的名额。如有疑问请联系本单位工会，或拨打 12351。`,
    ],
    en: [
      'The approval was taken back',
      `${office} took back the approval of ${en}: ${reason}. The money will not be paid, and it does not count against you. If anything is unclear, ask your own union or call 12351.`,
    ],
  });
}
