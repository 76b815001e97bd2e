import type { contract, InputOf } from '@smart-union/contract';
import type { Ctx } from '../../kernel/context.ts';
import { DomainError } from '../../kernel/errors.ts';
import { exportList } from '../../kernel/exports.ts';
import type { RawResult } from '../../kernel/http.ts';
import type { OutCell } from '../../kernel/sheets/write-xlsx.ts';
import { findMembers, withUnion } from './queries.ts';

type Route = typeof contract.members.exportList;

/** One workbook in memory, one person's patience. */
const limit = 50_000;
const perPage = 5000;

const columns = [
  { title: '会员号', width: 18 },
  { title: '姓名', width: 14 },
  { title: '性别', width: 6 },
  { title: '证件号码', width: 22 },
  { title: '手机号码', width: 16 },
  { title: '工种', width: 16 },
  { title: '所属工会', width: 40 },
  { title: '入会日期', width: 12 },
  { title: '会籍', width: 10 },
];
const sexes: Record<string, string> = { male: '男', female: '女', unknown: '未说明' };
const statuses: Record<string, string> = { active: '正常', retained: '保留会籍', left: '已退会' };

/** The list as a workbook, sealed fields masked, union by union. Audited with its reason and size. Throws `export-too-large`. */
export async function exportMembers(ctx: Ctx, { query }: InputOf<Route>): Promise<RawResult> {
  const { found, total } = await findMembers(ctx, query);
  if (total > limit) throw new DomainError('export-too-large', { count: total, limit });
  const rows: OutCell[][] = [];
  const memberIds: string[] = [];
  for (let from = 0; from < total; from += perPage) {
    const page = await withUnion(found)
      .orderBy('member.union_path')
      .orderBy('member.name')
      .orderBy('member.id')
      .limit(perPage)
      .offset(from)
      .execute();
    for (const row of page) {
      memberIds.push(row.id);
      rows.push([
        row.member_number,
        row.name,
        sexes[row.sex],
        row.id_number_masked,
        row.phone_masked,
        row.occupation,
        row.union_name,
        { on: row.joined_on },
        statuses[row.status],
      ]);
    }
  }
  return exportList(ctx, {
    subject: 'members',
    kind: 'member.exported',
    title: '会员名单',
    columns,
    rows,
    memberIds,
    reason: query.reason,
    query,
    // Not `q`: it may be somebody's number.
    data: { under: query.under ?? null, status: query.status ?? null },
  });
}
