import type { ColumnWanted } from '../../../kernel/sheets/header.ts';

export type UnionColumn =
  | 'name'
  | 'superior'
  | 'level'
  | 'form'
  | 'uscc'
  | 'employer'
  | 'foundedOn'
  | 'approvalNumber'
  | 'staffCount';

/** The columns of a directory of unions (组织名录) and the titles districts give them. */
export const unionColumns: readonly ColumnWanted<UnionColumn>[] = [
  {
    key: 'name',
    title: '工会名称',
    words: ['工会全称', '工会组织名称', '基层工会名称', '基层工会', '工会组织', '组织名称', '名称'],
    mandatory: true,
  },
  {
    key: 'superior',
    title: '上级工会',
    words: ['上级工会名称', '上级工会组织', '上一级工会', '上级工会全称', '隶属工会', '主管工会', '上级组织'],
    mandatory: true,
  },
  { key: 'level', title: '工会层级代码', words: ['工会层级', '层级代码', '层级', '工会级别', '级别'] },
  { key: 'form', title: '工会组织形式代码', words: ['工会组织形式', '组织形式代码', '组织形式'] },
  {
    key: 'uscc',
    title: '统一社会信用代码',
    words: ['工会统一社会信用代码', '社会信用代码', '信用代码', '统一代码', '工会法人统一社会信用代码'],
  },
  {
    key: 'employer',
    title: '所在单位名称',
    words: ['单位名称', '所在单位', '用人单位', '用人单位名称', '企业名称', '单位'],
  },
  { key: 'foundedOn', title: '建会日期', words: ['建会时间', '成立日期', '成立时间', '建会年月日'] },
  { key: 'approvalNumber', title: '建会批复文号', words: ['批复文号', '批准文号', '建会文号', '文号'] },
  { key: 'staffCount', title: '职工人数', words: ['职工数', '员工人数', '职工总数', '在职职工数', '员工数'] },
];
