import { compact } from './digits.ts';

export type PhoneCheck =
  | { ok: true; phone: string }
  | { ok: false; fault: 'missing-phone' | 'bad-phone'; reason: string; reasonEn: string };

/** Checks a mainland mobile number: 11 digits from 13 to 19. +86, 0086, blanks and dashes may stand before or within. */
export function checkPhone(text: string): PhoneCheck {
  const typed = compact(text);
  if (typed === '') {
    const reason = '没有填手机号码。请补上。';
    return {
      ok: false,
      fault: 'missing-phone',
      reason,
      reasonEn: 'There is no phone number. Please add it.',
    };
  }
  const phone = typed.replace(/[-‐-―−()]/g, '').replace(/^(\+|00)?86(?=1\d{10}$)/, '');
  if (!/^1[3-9]\d{9}$/.test(phone)) {
    const [reason, reasonEn] = reasonFor(typed);
    return { ok: false, fault: 'bad-phone', reason, reasonEn };
  }
  return { ok: true, phone };
}

function reasonFor(typed: string): readonly [zh: string, en: string] {
  if (/E\+?\d+$/.test(typed))
    return [
      '手机号被表格软件存成了科学计数。请把这一列设为「文本」后重新填写。',
      'The spreadsheet turned the phone number into scientific notation. Please set the column to “text” and type it again.',
    ];
  if (/^0\d{2,3}-?\d{7,8}$/.test(typed))
    return [
      '这是固定电话。请填 11 位手机号，以后用来登录和收通知。',
      'This is a landline. Please give a mobile number of 11 digits; it serves for signing in and for messages.',
    ];
  if ((typed.match(/1[3-9]\d{9}/g) ?? []).length > 1)
    return [
      '一格里填了几个手机号。请只留一个。',
      'There are several phone numbers in one cell. Please keep one.',
    ];
  return [
    '手机号应是 13 到 19 开头的 11 位数字。请核对。',
    'A mobile number has 11 digits and begins with 13 to 19. Please check it.',
  ];
}

/** The form shown everywhere: 138****5678. */
export function maskPhone(text: string): string {
  const phone = compact(text);
  if (phone.length >= 11) return `${phone.slice(0, 3)}${'*'.repeat(phone.length - 7)}${phone.slice(-4)}`;
  if (phone.length > 4) return `${phone.slice(0, 2)}${'*'.repeat(phone.length - 4)}${phone.slice(-2)}`;
  return phone.replace(/\d/g, '*');
}
