import type { contract, InputOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { exportList } from '../../kernel/exports.ts';
import type { RawResult } from '../../kernel/http.ts';
import { listCases } from './list-cases.ts';

type Cases = typeof contract.cases;

/** One workbook in memory, one person's patience. */
const limit = 50_000;
const perPage = 200;
const statusZh: Record<string, string> = {
  submitted: '已提交',
  in_review: '审核中',
  returned: '已退回',
  approved: '已批准',
  declined: '未通过',
  withdrawn: '已撤回',
  closed: '已办结',
};

/** The list as a workbook, no sealed field in it; see `exportList`. Throws `export-too-large`. */
export async function exportCases(ctx: Ctx, { query }: InputOf<Cases['exportList']>): Promise<RawResult> {
  const { reason, ...filters } = query;
  const rows: string[][] = [];
  const ids: string[] = [];
  for (let page = 1; ; page += 1) {
    const found = await listCases(ctx, {
      params: undefined,
      body: undefined,
      query: { ...filters, page, pageSize: perPage },
    });
    if (found.total > limit) throw new DomainError('export-too-large', { count: found.total, limit });
    for (const row of found.items) {
      ids.push(row.id);
      rows.push([
        row.number,
        row.itemTitle,
        row.applicantName,
        row.union.name,
        statusZh[row.status] ?? row.status,
        row.stageTitle ?? '',
        row.amountFen === null ? '' : (row.amountFen / 100).toFixed(2),
        row.submittedAt ? row.submittedAt.slice(0, 10) : '',
        row.dueOn ?? '',
      ]);
    }
    if (found.items.length < perPage) break;
  }
  const titles = ['编号', '事项', '申请人', '所属工会', '状态', '环节', '金额（元）', '提交日期', '应办日期'];
  const columns = titles.map((title) => ({ title, width: 18 }));
  return exportList(ctx, {
    subject: 'cases',
    kind: 'cases.exported',
    title: '申请',
    columns,
    rows,
    memberIds: await applicantsOf(ctx, ids),
    reason,
    query: filters,
    data: { view: filters.view },
  });
}

async function applicantsOf(ctx: Ctx, caseIds: readonly string[]): Promise<string[]> {
  const found = await ctx.db
    .selectFrom('case')
    .select('member_id')
    .distinct()
    .where((eb) => eb('id', '=', eb.fn.any(eb.val(caseIds))))
    .execute();
  return found.map(({ member_id }) => member_id);
}
