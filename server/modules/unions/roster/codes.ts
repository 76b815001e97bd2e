/** 工会层级, as the federation platforms number it; 60 also stands for the base itself. */
export const unionLevels: Readonly<Record<string, string>> = {
  '10': '国家',
  '20': '省',
  '21': '部级',
  '22': '行业级',
  '30': '市',
  '40': '区',
  '41': '区产业级',
  '50': '街镇',
  '60': '基层',
  '61': '社区下属联合工会',
};

const levelWords: Readonly<Record<string, string>> = {
  全国: '10',
  省级: '20',
  市级: '30',
  设区市: '30',
  县: '40',
  区县: '40',
  县区: '40',
  区级: '40',
  县级: '40',
  街道: '50',
  乡镇: '50',
  镇: '50',
  镇街: '50',
  乡镇街道: '50',
  园区: '50',
  社区: '60',
  村: '60',
  企业: '60',
  单位: '60',
  基层工会: '60',
};

/** 工会组织形式. */
export const unionForms: Readonly<Record<string, string>> = {
  '1': '总工会',
  '2': '工会',
  '3': '工会联合会',
  '4': '工会委员会',
  '5': '联合工会委员会',
  '6': '分会',
  '7': '小组',
};

/** The level code for a cell: the code, its name, or a usual word. */
export function levelCodeFor(text: string): string | undefined {
  const typed = text.normalize('NFKC').replace(/\s/g, '');
  return find(unionLevels, typed) ?? (Object.hasOwn(levelWords, typed) ? levelWords[typed] : undefined);
}

/** The form code for a cell: the code or its name. */
export function formCodeFor(text: string): string | undefined {
  return find(unionForms, text.normalize('NFKC').replace(/\s/g, ''));
}

/** The form a union's name tells, for lists that leave the column out. Longer endings first. */
export function formCodeFromName(name: string): string {
  const endings: readonly [ending: RegExp, code: string][] = [
    [/联合工会委员会\d*$/, '5'],
    [/工会联合会\d*$/, '3'],
    [/总工会\d*$/, '1'],
    [/分会(委员会)?\d*$/, '6'],
    [/小组\d*$/, '7'],
    [/工会委员会\d*$/, '4'],
  ];
  return endings.find(([ending]) => ending.test(name))?.[1] ?? '2';
}

/** The level below another: 30 市 → 40 区 → 50 街镇 → 60 基层. */
export function levelBelow(code: string | undefined): string {
  if (code === undefined) return '40';
  return code < '20' ? '20' : code < '30' ? '30' : code < '40' ? '40' : code < '50' ? '50' : '60';
}

function find(table: Readonly<Record<string, string>>, typed: string): string | undefined {
  if (Object.hasOwn(table, typed)) return typed;
  return Object.keys(table).find((code) => table[code] === typed);
}
