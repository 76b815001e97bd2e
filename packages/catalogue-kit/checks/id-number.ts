import { compact, isRealDay } from './digits.ts';

/** Whom an 18-digit number was given to, by its first digits. */
export type IdHolder = 'resident' | 'hk-mo-tw-resident' | 'foreign-resident';

export type IdNumberFault =
  | 'missing-id'
  | 'fifteen-digit-id'
  | 'wrong-id-length'
  | 'unknown-area'
  | 'impossible-birth-date'
  | 'bad-checksum';

export type IdNumberCheck =
  | { ok: true; idNumber: string; bornOn: string; sex: 'male' | 'female'; holder: IdHolder }
  | { ok: false; fault: IdNumberFault; reason: string; reasonEn: string };

const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;
const checkCharacters = '10X98765432';

/** Province-level codes of GB/T 2260; 83 is Taiwan residents' permit (81 and 82 serve Hong Kong and Macao both ways). */
const provinces = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83'.split(
    ' ',
  ),
);

const reasons: Record<IdNumberFault, readonly [zh: string, en: string]> = {
  'missing-id': ['没有填证件号码。请补上。', 'There is no ID number. Please add it.'],
  'fifteen-digit-id': [
    '这是 15 位旧身份证号，2013 年起已停用。请填 18 位身份证号。',
    'This is an old ID number of 15 digits, out of use since 2013. Please give the one of 18.',
  ],
  'wrong-id-length': [
    '身份证号应是 18 位（前 17 位是数字）。请对照证件核对。',
    'An ID number has 18 places, the first 17 of them digits. Please check it against the card.',
  ],
  'unknown-area': [
    '身份证号前两位不是任何省份的代码。请对照证件核对。',
    'The first two digits are no province. Please check it against the card.',
  ],
  'impossible-birth-date': [
    '身份证号里的出生日期不存在。请对照证件核对。',
    'The day of birth in the ID number does not exist. Please check it against the card.',
  ],
  'bad-checksum': [
    '身份证号的校验位不对，多半是抄错了一位。请对照证件核对。',
    'The check digit of the ID number is wrong; most likely one place was mistyped. Please check it against the card.',
  ],
};

/**
 * Checks an ID number against GB 11643: 17 digits and a check character, a real date of birth, a province. The permits of
 * Hong Kong, Macao and Taiwan residents (81/82/83 0000…) and the foreigners' permanent residence card of 2023 (9…)
 * follow the same standard. Blanks, full-width digits and a small x are put right first.
 *
 * `today` (YYYY-MM-DD), when given, also refuses a birth to come. `reason` and `reasonEn` are for the person who typed it.
 */
export function checkIdNumber(text: string, options: { today?: string } = {}): IdNumberCheck {
  const id = compact(text);
  if (id === '') return failed('missing-id');
  if (/^\d{15}$/.test(id)) return failed('fifteen-digit-id');
  if (!/^\d{17}[\dX]$/.test(id)) return failed('wrong-id-length');
  const foreign = id.startsWith('9');
  if (!foreign && !provinces.has(id.slice(0, 2))) return failed('unknown-area');
  const [year, month, day] = [Number(id.slice(6, 10)), Number(id.slice(10, 12)), Number(id.slice(12, 14))];
  const bornOn = `${id.slice(6, 10)}-${id.slice(10, 12)}-${id.slice(12, 14)}`;
  if (
    year < 1880 ||
    !isRealDay(year, month, day) ||
    (options.today !== undefined && bornOn > options.today)
  ) {
    return failed('impossible-birth-date');
  }
  if (idCheckCharacter(id.slice(0, 17)) !== id[17]) return failed('bad-checksum');
  const holder = foreign ? 'foreign-resident' : /^8[123]0000/.test(id) ? 'hk-mo-tw-resident' : 'resident';
  return { ok: true, idNumber: id, bornOn, sex: Number(id[16]) % 2 === 1 ? 'male' : 'female', holder };
}

/** The check character for 17 digits (ISO 7064 MOD 11-2). Also what seeds and tests make numbers with. */
export function idCheckCharacter(digits: string): string {
  let sum = 0;
  weights.forEach((weight, index) => {
    sum += weight * Number(digits[index]);
  });
  return checkCharacters[sum % 11]!;
}

/** The form shown everywhere: 11010119******8515. Shorter ones show less. */
export function maskIdNumber(text: string): string {
  const id = compact(text);
  if (id.length >= 18) return `${id.slice(0, 8)}${'*'.repeat(id.length - 12)}${id.slice(-4)}`;
  if (id.length > 12) return `${id.slice(0, 6)}${'*'.repeat(id.length - 8)}${id.slice(-2)}`;
  if (id.length > 4) return `${id.slice(0, 2)}${'*'.repeat(id.length - 4)}${id.slice(-2)}`;
  return '*'.repeat(id.length);
}

function failed(fault: IdNumberFault): IdNumberCheck {
  const [reason, reasonEn] = reasons[fault];
  return { ok: false, fault, reason, reasonEn };
}
