import { xlsxBytes } from '../../server/kernel/sheets/write-xlsx.ts';

/** A roster of one union below the district. */
export const unionsFile = (district: string, name: string) =>
  xlsxBytes([
    {
      name: '工会',
      columns: ['工会名称', '上级工会', '层级', '组织形式', '建会日期'].map((title) => ({ title })),
      rows: [[name, district, '60', '4', '2020-05-01']],
    },
  ]);

/** A roster of one member of the union. */
export const membersFile = (union: string, name: string, idNumber: string) =>
  xlsxBytes([
    {
      name: '花名册',
      columns: ['姓名', '证件号码', '手机号码', '所属工会', '入会日期'].map((title) => ({ title })),
      rows: [[name, idNumber, '13800138000', union, '2026-01-01']],
    },
  ]);
