import type { ColumnWanted } from '../../../kernel/sheets/header.ts';

export type MemberColumn =
  | 'name'
  | 'sex'
  | 'idKind'
  | 'idNumber'
  | 'bornOn'
  | 'ethnicity'
  | 'education'
  | 'politics'
  | 'phone'
  | 'occupation'
  | 'migrantWorker'
  | 'employer'
  | 'union'
  | 'joinedOn'
  | 'changeKind'
  | 'changeReason';

/** The columns of a member roster (会员实名制花名册) and the titles districts give them. */
export const memberColumns: readonly ColumnWanted<MemberColumn>[] = [
  { key: 'name', title: '姓名', words: ['会员姓名', '职工姓名', '员工姓名', '名字'], mandatory: true },
  {
    key: 'idNumber',
    title: '证件号码',
    words: [
      '身份证号码',
      '身份证号',
      '证件号',
      '居民身份证号码',
      '公民身份号码',
      '身份证件号码',
      '身份证',
      '身份证编号',
    ],
    mandatory: true,
  },
  {
    key: 'phone',
    title: '手机号码',
    words: [
      '手机号',
      '手机',
      '移动电话',
      '本人手机',
      '手机电话',
      '联系手机',
      '联系电话',
      '联系方式',
      '电话号码',
      '电话',
    ],
    mandatory: true,
  },
  {
    key: 'union',
    title: '所属工会',
    words: [
      '所属工会名称',
      '所属基层工会',
      '工会名称',
      '基层工会名称',
      '基层工会',
      '所在工会',
      '工会组织名称',
      '所属工会组织',
      '工会组织',
      '工会',
    ],
    mandatory: true,
  },
  { key: 'sex', title: '性别' },
  { key: 'idKind', title: '证件类型', words: ['证件类别', '证件种类', '证件名称'] },
  { key: 'bornOn', title: '出生日期', words: ['出生年月日', '出生年月', '生日'] },
  { key: 'ethnicity', title: '民族', words: ['民族代码'] },
  { key: 'education', title: '学历', words: ['最高学历', '文化程度', '学历层次', '学历代码'] },
  { key: 'politics', title: '政治面貌', words: ['政治面貌代码'] },
  {
    key: 'occupation',
    title: '工种',
    words: ['职业', '工种/职业', '职业工种', '从事工种', '岗位', '工作岗位', '职务'],
  },
  { key: 'migrantWorker', title: '是否农民工', words: ['农民工', '是否为农民工'] },
  {
    key: 'employer',
    title: '工作单位',
    words: ['工作单位名称', '单位名称', '所在单位', '用人单位', '企业名称', '公司名称', '所属单位', '单位'],
  },
  { key: 'joinedOn', title: '入会日期', words: ['入会时间', '加入工会日期', '加入工会时间', '入会年月'] },
  { key: 'changeKind', title: '会籍变化类型', words: ['会籍变化', '会籍变动类型'] },
  { key: 'changeReason', title: '会籍变化原因', words: ['会籍变动原因'] },
];
