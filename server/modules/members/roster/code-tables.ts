/** A published code table: code → name, with the words people write instead. */
export interface CodeTable {
  source: string;
  names: Readonly<Record<string, string>>;
  words?: Readonly<Record<string, string>>;
}

const ethnic =
  '汉 蒙古 回 藏 维吾尔 苗 彝 壮 布依 朝鲜 满 侗 瑶 白 土家 哈尼 哈萨克 傣 黎 傈僳 佤 畲 高山 拉祜 水 东乡 纳西 景颇 柯尔克孜 ' +
  '土 达斡尔 仫佬 羌 布朗 撒拉 毛南 仡佬 锡伯 阿昌 普米 塔吉克 怒 乌孜别克 俄罗斯 鄂温克 德昂 保安 裕固 京 塔塔尔 独龙 鄂伦春 ' +
  '赫哲 门巴 珞巴 基诺';

export const ethnicGroups: CodeTable = {
  source: 'GB/T 3304-1991',
  names: {
    ...Object.fromEntries(
      ethnic.split(' ').map((name, index) => [String(index + 1).padStart(2, '0'), `${name}族`]),
    ),
    '97': '其他',
    '98': '外国血统中国籍人士',
  },
  words: Object.fromEntries(
    ethnic.split(' ').map((name, index) => [name, String(index + 1).padStart(2, '0')]),
  ),
};

export const educationLevels: CodeTable = {
  source: 'GB/T 4658-2006',
  names: {
    '10': '研究生教育',
    '11': '博士研究生毕业',
    '12': '博士研究生结业',
    '13': '博士研究生肄业',
    '14': '硕士研究生毕业',
    '15': '硕士研究生结业',
    '16': '硕士研究生肄业',
    '17': '研究生班毕业',
    '18': '研究生班结业',
    '19': '研究生班肄业',
    '20': '大学本科教育',
    '21': '大学本科毕业',
    '22': '大学本科结业',
    '23': '大学本科肄业',
    '28': '大学普通班毕业',
    '30': '大学专科教育',
    '31': '大学专科毕业',
    '32': '大学专科结业',
    '33': '大学专科肄业',
    '40': '中等职业教育',
    '41': '中等专科毕业',
    '42': '中等专科结业',
    '43': '中等专科肄业',
    '44': '职业高中毕业',
    '45': '职业高中结业',
    '46': '职业高中肄业',
    '47': '技工学校毕业',
    '48': '技工学校结业',
    '49': '技工学校肄业',
    '60': '普通高级中学教育',
    '61': '普通高中毕业',
    '62': '普通高中结业',
    '63': '普通高中肄业',
    '70': '初级中学教育',
    '71': '初中毕业',
    '73': '初中肄业',
    '80': '小学教育',
    '81': '小学毕业',
    '83': '小学肄业',
    '90': '其他',
  },
  words: {
    博士: '11',
    博士研究生: '11',
    硕士: '14',
    硕士研究生: '14',
    研究生: '10',
    本科: '21',
    大学: '21',
    大学本科: '21',
    学士: '21',
    专科: '31',
    大专: '31',
    大学专科: '31',
    高职: '31',
    中专: '41',
    中等专科: '41',
    职高: '44',
    职业高中: '44',
    技校: '47',
    中技: '47',
    技工学校: '47',
    高中: '61',
    普通高中: '61',
    初中: '71',
    小学: '81',
  },
};

export const politicalStatuses: CodeTable = {
  source: 'GB/T 4762-1984',
  names: {
    '01': '中共党员',
    '02': '中共预备党员',
    '03': '共青团员',
    '04': '民革党员',
    '05': '民盟盟员',
    '06': '民建会员',
    '07': '民进会员',
    '08': '农工党党员',
    '09': '致公党党员',
    '10': '九三学社社员',
    '11': '台盟盟员',
    '12': '无党派人士',
    '13': '群众',
  },
  words: {
    党员: '01',
    中国共产党党员: '01',
    预备党员: '02',
    团员: '03',
    民革会员: '04',
    无党派民主人士: '12',
    普通公民: '13',
    无: '13',
  },
};

/** As the field's own platforms number them; the numbers between are not published. */
export const idKinds: CodeTable = {
  source: 'roster export of the federation platforms, values 1, 2, 3 and 7',
  names: { '1': '居民身份证', '2': '护照', '3': '军官证', '7': '港澳台居民居住证' },
  words: {
    身份证: '1',
    二代身份证: '1',
    外国人永久居留身份证: '1',
    港澳台居住证: '7',
    港澳居民居住证: '7',
    台湾居民居住证: '7',
  },
};

export const membershipChanges: CodeTable = {
  source: 'membership change codes of the federation platforms',
  names: { '1': '入会', '2': '转入', '3': '保留', '4': '转出', '5': '除名', '6': '退会' },
  words: { 新入会: '1', 转会: '2', 转入会: '2', 会籍保留: '3' },
};

interface Lookup {
  width: number;
  codes: ReadonlyMap<string, string>;
}

const lookups = new Map<CodeTable, Lookup>();

/** By what may be typed, codes before names before words. A roster asks three times a row. */
function lookupOf(table: CodeTable): Lookup {
  const known = lookups.get(table);
  if (known) return known;
  const codes = Object.keys(table.names);
  const lookup = {
    width: Math.max(...codes.map((code) => code.length)),
    codes: new Map([
      ...Object.entries(table.words ?? {}),
      ...codes.toReversed().map((code) => [table.names[code]!, code] as const),
      ...codes.map((code) => [code, code] as const),
    ]),
  };
  lookups.set(table, lookup);
  return lookup;
}

/**
 * The code for what stands in a cell: the code itself (a leading zero may be missing), the name, or a usual word. Undefined
 * when the table has nothing of the kind.
 */
export function codeFor(table: CodeTable, text: string): string | undefined {
  const { width, codes } = lookupOf(table);
  const exact = codes.get(text);
  if (exact !== undefined) return exact;
  const typed = text.normalize('NFKC').replace(/\s/g, '');
  return codes.get(/^\d+$/.test(typed) ? typed.padStart(width, '0') : typed);
}
