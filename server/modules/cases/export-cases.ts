import type { contract, InputOf } from '@smart-union/contract';
import { record } from '../../kernel/audit.ts';
import type { Ctx } from '../../kernel/context.ts';
import type { RawResult } from '../../kernel/http.ts';
import { xlsxBytes } from '../../kernel/sheets/write-xlsx.ts';
import { listCases } from './list-cases.ts';

type Cases = typeof contract.cases;

const exportLimit = 1000;
const statusZh: Record<string, string> = {
  submitted: '已提交',
  in_review: '审核中',
  returned: '已退回',
  approved: '已批准',
  declined: '未通过',
  withdrawn: '已撤回',
  closed: '已办结',
};

/** The list as a workbook of at most 1,000 rows, no sealed field in it; who exported what and why is on record. */
export async function exportCases(ctx: Ctx, { query }: InputOf<Cases['exportList']>): Promise<RawResult> {
  const { reason, ...filters } = query;
  const rows: string[][] = [];
  for (let page = 1; rows.length < exportLimit; page += 1) {
    const found = await listCases(ctx, {
      params: undefined,
      body: undefined,
      query: { ...filters, page, pageSize: 200 },
    });
    for (const row of found.items) {
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
    if (found.items.length < 200) break;
  }
  await record(ctx, {
    kind: 'cases.exported',
    subject: 'case',
    subjectId: null,
    unionPath: ctx.scope.paths[0] ?? 'f',
    data: { rows: rows.length, reason, view: filters.view },
  });
  const titles = ['编号', '事项', '申请人', '所属工会', '状态', '环节', '金额（元）', '提交日期', '应办日期'];
  const columns = titles.map((title) => ({ title, width: 18 }));
  const content = await xlsxBytes([{ name: '申请', columns, rows }]);
  return {
    mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    content,
    fileName: `申请 ${ctx.today}.xlsx`,
  };
}
