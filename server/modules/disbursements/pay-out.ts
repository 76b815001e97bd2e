import { sql } from 'kysely';
import type { Ctx } from '../../kernel/context.ts';
import { addHappening } from '../../kernel/happenings.ts';
import { addDeltas } from '../../kernel/rollups.ts';
import { closeCase } from '../cases/index.ts';
import { markPaid } from '../claims/index.ts';
import { notify } from '../notifications/index.ts';
import { yuan } from './ledger.ts';
import { waitingDelta, type Payment } from './payment.ts';

export interface Failed {
  payment: Payment;
  reason: string;
}

const idsOf = (payments: readonly Payment[]) => payments.map(({ id }) => id);

/** Statements of so many payments travel together: enough to hide the round trips, little enough to hold in memory. */
const together = 100;

async function inPortions<T>(all: readonly T[], act: (one: T) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < all.length; from += together)
    await Promise.all(all.slice(from, from + together).map(act));
}

interface Titles {
  title: string;
  titleEn: string;
}

async function titlesOf(ctx: Ctx, payments: readonly Payment[]): Promise<(caseId: string) => Titles> {
  const rows = await ctx.db
    .selectFrom('case')
    .innerJoin('catalogue_item', (join) =>
      join
        .onRef('catalogue_item.code', '=', 'case.item_code')
        .onRef('catalogue_item.version', '=', 'case.item_version'),
    )
    .select([
      'case.id',
      sql<string>`catalogue_item.definition ->> 'title'`.as('title'),
      sql<string>`coalesce(catalogue_item.definition ->> 'titleEn', catalogue_item.definition ->> 'title')`.as(
        'titleEn',
      ),
    ])
    .where((eb) => eb('case.id', '=', eb.fn.any(eb.val(payments.map(({ caseId }) => caseId)))))
    .execute();
  const titles = new Map(rows.map((row) => [row.id, row]));
  return (caseId) => titles.get(caseId) ?? { title: '', titleEn: '' };
}

/** The money has arrived (the transfers are posted): claims and cases end, the wall moves, the members are told. */
export async function payOut(ctx: Ctx, payments: readonly Payment[]): Promise<void> {
  if (payments.length === 0) return;
  await ctx.db
    .updateTable('disbursement')
    .set({ status: 'paid', paid_at: ctx.now, failure_reason: null })
    .where((eb) => eb('id', '=', eb.fn.any(eb.val(idsOf(payments)))))
    .execute();
  await addDeltas(
    ctx,
    payments.flatMap(({ unionPath, amountFen }) => [
      waitingDelta(unionPath, -1),
      ...[ctx.today, ctx.today.slice(0, 4)].flatMap((period) => [
        { unionPath, metric: 'paid-fen' as const, period, amount: amountFen },
        { unionPath, metric: 'paid-count' as const, period, amount: 1 },
      ]),
    ]),
  );
  const titles = await titlesOf(ctx, payments);
  await inPortions(payments, async (payment) => {
    const { caseId, memberId, amountFen, channel, bankCardMasked } = payment;
    const { title, titleEn } = titles(caseId);
    const tail = bankCardMasked?.slice(-4) ?? '';
    const [where, whereEn] =
      channel === 'home-visit'
        ? ['已由工会上门送到您手中', 'was handed to you by your union']
        : [`已打到您尾号 ${tail} 的银行卡，请留意银行到账`, `was paid to your bank card ending in ${tail}`];
    await Promise.all([
      markPaid(ctx, caseId),
      closeCase(ctx, caseId),
      addHappening(ctx, 'paid', caseId),
      notify(ctx, {
        to: { memberId },
        title: `${yuan(amountFen)} 元已到账`,
        text: `您的「${title}」${yuan(amountFen)} 元${where}。`,
        titleEn: `¥${yuan(amountFen)} has arrived`,
        textEn: `Your “${titleEn}”, ¥${yuan(amountFen)}, ${whereEn}.`,
        caseId,
      }),
    ]);
  });
}

/** The bank refused: the money is promised still (its transfer is posted), and the member is asked for another card. */
export async function failPayments(ctx: Ctx, failed: readonly Failed[]): Promise<void> {
  if (failed.length === 0) return;
  const payments = failed.map(({ payment }) => payment);
  await sql`
    update disbursement d set status = 'failed', failure_reason = f.reason
    from unnest(${idsOf(payments)}::uuid[], ${failed.map(({ reason }) => reason)}::text[]) as f (id, reason)
    where d.id = f.id`.execute(ctx.db);
  const titles = await titlesOf(ctx, payments);
  await inPortions(failed, ({ payment: { caseId, memberId, amountFen, bankCardMasked }, reason }) => {
    const { title, titleEn } = titles(caseId);
    const tail = bankCardMasked?.slice(-4) ?? '';
    return notify(ctx, {
      to: { memberId },
      title: '银行没能付款，请更换银行卡',
      text: `您的「${title}」${yuan(amountFen)} 元没能打到尾号 ${tail} 的银行卡：${reason}。请在「申请进度」里换一张本人的银行卡，换好后下一批就会付款，不用重新申请。`,
      titleEn: 'The bank could not pay; please give another card',
      textEn: `Your “${titleEn}”, ¥${yuan(amountFen)}, could not be paid to the card ending in ${tail} (the bank says: ${reason}). Please give another card of your own on the progress page; it is paid with the next batch, without a new application.`,
      caseId,
    });
  });
}
