import { told } from '../../../kernel/sheets/verdicts.ts';

/** What may be wrong with a row of a member roster, with the heading it is counted under. */
export const memberFaultTitles = {
  'missing-name': ['没有姓名', 'No name'],
  'bad-name': ['姓名不合规', 'Name not as it should be'],
  'lost-character': ['姓名有字没存下来', 'A character of the name was lost'],
  'formula-in-name': ['姓名是公式', 'The name is a formula'],
  'missing-id': ['没有证件号码', 'No ID number'],
  'fifteen-digit-id': ['15 位旧身份证号', 'Old ID number of 15 digits'],
  'wrong-id-length': ['身份证号位数不对', 'ID number too long or short'],
  'unknown-area': ['身份证号地区不存在', 'No such area in the ID number'],
  'impossible-birth-date': ['身份证号出生日期不存在', 'No such day of birth in the ID number'],
  'bad-checksum': ['身份证号校验位不对', 'Wrong check digit of the ID number'],
  'id-lost-digits': ['证件号码丢了末几位', 'Last digits of the ID number lost'],
  'bad-id': ['证件号码不合规', 'ID number not as it should be'],
  'unknown-id-kind': ['证件类型认不出', 'Unknown kind of papers'],
  'id-kind-disagrees-with-id': ['证件类型与号码不符', 'Kind of papers and number disagree'],
  'sex-disagrees-with-id': ['性别与身份证号不符', 'Sex and ID number disagree'],
  'missing-phone': ['没有手机号码', 'No phone number'],
  'bad-phone': ['手机号码不对', 'Phone number not right'],
  'missing-union': ['没有填工会', 'No union'],
  'unknown-union': ['找不到这个工会', 'No such union'],
  'bad-date': ['日期认不出', 'Date not understood'],
  'joined-in-future': ['入会日期在以后', 'Joining date to come'],
  'missing-joining-date': ['没有入会日期', 'No joining date'],
  'duplicate-in-file': ['同一人重复', 'The same person twice'],
  'member-elsewhere': ['已是别的工会的会员', 'Member of another union'],
  'not-a-joining': ['不是入会', 'Not a joining'],
  'unknown-code': ['代码认不出', 'Code not understood'],
} as const satisfies Record<string, readonly [zh: string, en: string]>;

export type MemberFaultKind = keyof typeof memberFaultTitles;

/** What is wrong and what to do, beside what the checks of names, papers and phones say by themselves. */
export const memberFaultTexts = {
  formulaInName: told(
    '姓名是一个公式或以 = + - @ 开头。请直接填写姓名。',
    'The name is a formula or begins with = + - @. Please write the name itself.',
  ),
  unknownIdKind: (known: string) =>
    told(
      `认不出这个证件类型。可以填：${known}。`,
      `This kind of papers is not known. It may be one of: ${known}.`,
    ),
  idLostDigits: told(
    '证件号码被存成了数字，末几位已丢失。请把这一列设为「文本」，对照证件重新填写。',
    'The spreadsheet kept the ID number as a figure and lost its last digits. Please set the column to “text” and type it again from the papers.',
  ),
  idKindDisagrees: (permit: boolean) =>
    told(
      `号码是${permit ? '港澳台居民居住证' : '居民身份证'}的，与所填证件类型不符。已按号码登记，请核对。`,
      `The number is of ${permit ? 'a permit of Hong Kong, Macao or Taiwan residents' : 'a resident’s ID card'}, which is not the kind given. It is recorded by the number; please check.`,
    ),
  sexDisagrees: (sex: 'male' | 'female') =>
    told(
      `与身份证号不符，已按身份证号登记为「${sex === 'male' ? '男' : '女'}」。请核对。`,
      `It disagrees with the ID number, by which it is recorded as ${sex}. Please check.`,
    ),
  missingId: told('没有填证件号码。请补上。', 'There is no ID number. Please add it.'),
  badId: told(
    '证件号码里有不该有的字。请对照证件核对。',
    'The ID number has characters that do not belong there. Please check it against the papers.',
  ),
  unknownSex: told(
    '认不出这个性别，没有采用。请填「男」或「女」。',
    'The sex is not understood and was left out. Please write 男 or 女.',
  ),
  badDate: told(
    '日期认不出来。请写成「2018-03-01」这样的年-月-日。',
    'The date is not understood. Please write it as year-month-day, like 2018-03-01.',
  ),
  notInTable: (source: string) =>
    told(
      `不在国家代码表（${source}）里，这一格没有采用，其余照常登记。`,
      `It is not in the national code table (${source}); this cell was left out, the rest is taken.`,
    ),
  notYesOrNo: told(
    '请填「是」或「否」，这一格没有采用。',
    'Please write 是 (yes) or 否 (no); this cell was left out.',
  ),
  unknownChange: told(
    '认不出这个会籍变化类型，已按「入会」登记。',
    'This change of membership is not known; it is recorded as a joining.',
  ),
  notAJoining: (name: string) =>
    told(
      `这一行是「${name}」，花名册只收入会、转入和保留会籍的人。`,
      `This row is “${name}”; a roster takes only those who join, move in or keep their membership.`,
    ),
  missingUnion: told('没有填所属工会。请补上工会全称。', 'There is no union. Please add its full name.'),
  unknownUnion: told(
    '组织名录里没有这个工会。请按名录填全称，或先把这个工会导入名录。',
    'The directory has no such union. Please give the full name as in the directory, or import the union first.',
  ),
  missingJoiningDate: (today: string) =>
    told(
      `没有填入会日期，已按导入当天（${today}）登记。请核对。`,
      `There is no joining date; the day of the import (${today}) is recorded. Please check.`,
    ),
  joinedInFuture: told(
    '入会日期还没有到。请核对年份。',
    'The joining date is still to come. Please check the year.',
  ),
  repeated: (place: { zh: string; en: string }) =>
    told(
      `和${place.zh}是同一个人（证件号码相同）。请只保留一行。`,
      `The same person as in ${place.en} (same ID number). Please keep one row.`,
    ),
  repeatedEarlier: told(
    '和前面一行的证件号码相同。请只保留一行。',
    'An earlier row has the same ID number. Please keep one row.',
  ),
  memberOf: (union: string) =>
    told(
      `已是「${union}」的会员。换了工会请办理会籍转移，不用重新入会。`,
      `Already a member of “${union}”. Who changes the union moves the membership and does not join again.`,
    ),
  memberElsewhere: told(
    '已是别处工会的会员。换了工会请通过上级工会办理会籍转移，不用重新入会。',
    'Already a member of a union elsewhere. Please have the superior union move the membership; nobody joins again.',
  ),
};
