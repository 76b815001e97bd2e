import { told } from '../../../kernel/sheets/verdicts.ts';

/** What may be wrong with a row of a directory of unions, with the heading it is counted under. */
export const unionFaultTitles = {
  'missing-name': ['没有工会名称', 'No name'],
  'bad-name': ['工会名称不合规', 'Name not as it should be'],
  'formula-in-name': ['工会名称是公式', 'The name is a formula'],
  'duplicate-in-file': ['同一工会重复', 'The same union twice'],
  'uscc-repeated': ['信用代码重复', 'Social credit code used twice'],
  'missing-superior': ['没有填上级工会', 'No superior union'],
  'unknown-superior': ['找不到上级工会', 'No such superior union'],
  'superior-refused': ['上级工会没有通过', 'Superior union refused'],
  'superior-circle': ['上下级绕成了圈', 'Superiors go in a circle'],
  'superior-lower': ['层级高于上级', 'Level above its superior'],
  'wrong-uscc-length': ['信用代码位数不对', 'Social credit code too long or short'],
  'bad-uscc-checksum': ['信用代码校验位不对', 'Wrong check character of the social credit code'],
  'uscc-not-a-union': ['信用代码不是工会的', 'Social credit code is not a union’s'],
  'unknown-level': ['层级认不出', 'Level not understood'],
  'unknown-form': ['组织形式认不出', 'Form not understood'],
  'bad-date': ['日期认不出', 'Date not understood'],
  'founded-in-future': ['建会日期在以后', 'Founding date to come'],
  'outside-scope': ['不在管理范围内', 'Outside your scope'],
  'left-as-is': ['不在管理范围内，未改动', 'Outside your scope, left as it is'],
  'bad-number': ['人数认不出', 'Number not understood'],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type UnionFaultKind = keyof typeof unionFaultTitles;

/** What is wrong and what to do, beside what the check of codes says by itself. */
export const unionFaultTexts = {
  formulaInName: told(
    '工会名称是一个公式或以 = + - @ 开头。请直接填写名称。',
    'The name is a formula or begins with = + - @. Please write the name itself.',
  ),
  missingName: told('没有填工会名称。请补上全称。', 'There is no name. Please add the full one.'),
  badName: told(
    '工会名称应是 4 到 100 个字的全称。请对照批复核对。',
    'The full name of a union has 4 to 100 characters. Please check it against the approval.',
  ),
  unknownCode: (known: string) =>
    told(`认不出。可以填：${known}。`, `Not understood. It may be one of: ${known}.`),
  notAUnion: told(
    '工会的代码以 81 或 89 开头，这像是单位的代码。已照填登记，请核对。',
    'A union’s code begins with 81 or 89; this seems to be the employer’s. It is recorded as given; please check.',
  ),
  badDate: told(
    '日期认不出来。请写成「2018-03-01」这样的年-月-日。',
    'The date is not understood. Please write it as year-month-day, like 2018-03-01.',
  ),
  foundedInFuture: told(
    '建会日期还没有到。请核对年份。',
    'The founding date is still to come. Please check the year.',
  ),
  badNumber: told(
    '人数应是数字，这一格没有采用，其余照常登记。',
    'The number of staff must be a figure; this cell was left out, the rest is taken.',
  ),
  repeated: (place: { zh: string; en: string }) =>
    told(
      `和${place.zh}是同一个工会（名称相同）。请只保留一行。`,
      `The same union as in ${place.en} (same name). Please keep one row.`,
    ),
  codeRepeated: (place: { zh: string; en: string }) =>
    told(
      `和${place.zh}的代码相同，一个代码只属于一个工会。请对照证书核对。`,
      `The same code as in ${place.en}; a code belongs to one union. Please check it against the certificate.`,
    ),
  codeTaken: (name: string) =>
    told(
      `这个代码已登记在「${name}」名下。请对照证书核对。`,
      `This code is recorded for “${name}”. Please check it against the certificate.`,
    ),
  missingSuperior: told(
    '没有填上级工会；只有最上面的总工会可以不填。请补上。',
    'There is no superior union; only the federation on top has none. Please add it.',
  ),
  unknownSuperior: told(
    '名录里没有这个上级工会。请填全称，或把上级工会也列进表里。',
    'The directory has no such superior union. Please give its full name, or list it in the file too.',
  ),
  circle: told(
    '上下级绕成了圈：沿上级一直找又回到了自己。请核对。',
    'The superiors go in a circle and lead back to this union. Please check.',
  ),
  superiorRefused: (place?: { zh: string; en: string }) =>
    told(
      `上级工会${place ? `（${place.zh}）` : ''}没有通过。先改好上级，再一起上传。`,
      `The superior union${place ? ` (${place.en})` : ''} was refused. Please correct it first and upload both together.`,
    ),
  aboveSuperior: (level: string) =>
    told(
      `比上级工会（${level}）的层级还高。已照填登记，请核对。`,
      `Its level is above that of its superior (${level}). It is recorded as given; please check.`,
    ),
  outsideScope: told(
    '这个上级工会不在您的管理范围内。请由上级工会导入，或删去这一行。',
    'This superior union is outside your scope. Please have it imported by that union, or remove the row.',
  ),
  leftAsIs: told(
    '这个工会不在您的管理范围内，名录里与这一行不同的内容没有改动。',
    'This union is outside your scope; what differs in this row was left as it is.',
  ),
};
