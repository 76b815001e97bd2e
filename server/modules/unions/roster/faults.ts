/** What may be wrong with a row of a directory of unions, with the heading it is counted under. */
export const unionFaultTitles = {
  'missing-name': '没有工会名称',
  'bad-name': '工会名称不合规',
  'formula-in-name': '工会名称是公式',
  'duplicate-in-file': '同一工会重复',
  'uscc-repeated': '信用代码重复',
  'missing-superior': '没有填上级工会',
  'unknown-superior': '找不到上级工会',
  'superior-refused': '上级工会没有通过',
  'superior-circle': '上下级绕成了圈',
  'superior-lower': '层级高于上级',
  'wrong-uscc-length': '信用代码位数不对',
  'bad-uscc-checksum': '信用代码校验位不对',
  'uscc-not-a-union': '信用代码不是工会的',
  'unknown-level': '层级认不出',
  'unknown-form': '组织形式认不出',
  'bad-date': '日期认不出',
  'founded-in-future': '建会日期在以后',
  'outside-scope': '不在管理范围内',
  'left-as-is': '不在管理范围内，未改动',
  'bad-number': '人数认不出',
} as const satisfies Record<string, string>;

export type UnionFaultKind = keyof typeof unionFaultTitles;
