import type { contract, InputOf, ReplyOf } from '@smart-union/contract';
import { dayOf } from '../../kernel/clock.ts';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { exportList } from '../../kernel/exports.ts';
import type { RawResult } from '../../kernel/http.ts';
import { pageOfPayments } from './list-payments.ts';

/** One workbook in memory, one person's patience. */
const limit = 50_000;

const columns = [
  { title: '收款人', width: 14 },
  { title: '金额（元）', width: 12 },
  { title: '状态', width: 12 },
  { title: '退回原因', width: 24 },
  { title: '申请编号', width: 18 },
  { title: '所在工会', width: 40 },
  { title: '发放方式', width: 10 },
  { title: '收款卡', width: 12 },
  { title: '批次号', width: 18 },
  { title: '批准日期', width: 12 },
  { title: '到账日期', width: 12 },
];
type Payment = ReplyOf<typeof contract.disbursements.list>['items'][number];
const statuses: Record<Payment['status'], string> = {
  ready: '等待编批',
  batched: '已编入批次',
  sent: '银行处理中',
  paid: '已到账',
  failed: '银行退回',
  exception: '待核对',
  'visit-due': '等待上门',
  cancelled: '已取消',
};
const channels: Record<Payment['channel'], string> = { 'bank-card': '打卡发放', 'home-visit': '上门慰问' };

/** The payments as a workbook, cards masked. Audited with its reason and size. Throws `export-too-large`. */
export async function exportPayments(
  ctx: Ctx,
  { query }: InputOf<typeof contract.disbursements.exportPayments>,
): Promise<RawResult> {
  const { reason, ...filters } = query;
  const rows = await pageOfPayments(ctx, filters, 0, limit + 1);
  if (rows.length > limit) throw new DomainError('export-too-large', { count: rows.length, limit });
  return exportList(ctx, {
    subject: 'cases',
    kind: 'payments.exported',
    title: '发放明细',
    columns,
    rows: rows.map((row) => [
      row.payeeName,
      (row.amountFen / 100).toFixed(2),
      statuses[row.status as Payment['status']],
      row.failureReason ?? '',
      row.caseNumber,
      row.unionName,
      channels[row.channel as Payment['channel']],
      row.bankCardMasked ?? '',
      row.batchNumber ?? '',
      { on: dayOf(row.approvedAt) },
      row.paidAt ? { on: dayOf(row.paidAt) } : '',
    ]),
    memberIds: rows.map((row) => row.memberId),
    reason,
    query: { view: 'payments', ...filters },
  });
}
