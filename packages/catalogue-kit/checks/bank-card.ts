import { compact } from './digits.ts';

export type BankCardCheck =
  | { ok: true; cardNumber: string }
  | {
      ok: false;
      fault: 'missing-card' | 'wrong-card-length' | 'bad-card-checksum';
      reason: string;
      reasonEn: string;
    };

/** Checks a bank card number: 13 to 19 digits (ISO/IEC 7812) with the Luhn check digit. Blanks and dashes may be typed. */
export function checkBankCard(text: string): BankCardCheck {
  const card = compact(text).replace(/[-‐-―−]/g, '');
  if (card === '') {
    return {
      ok: false,
      fault: 'missing-card',
      reason: '请填银行卡号。',
      reasonEn: 'Please give a bank card number.',
    };
  }
  if (!/^\d{13,19}$/.test(card)) {
    const reason = '银行卡号应是 13 到 19 位数字。请看银行卡正面的号码。';
    const reasonEn = 'A card number has 13 to 19 digits. Please read it from the front of the card.';
    return { ok: false, fault: 'wrong-card-length', reason, reasonEn };
  }
  if (luhnCheckDigit(card.slice(0, -1)) !== card.at(-1)) {
    return {
      ok: false,
      fault: 'bad-card-checksum',
      reason: '银行卡号不对，多半是输错了一位。请再核对一遍。',
      reasonEn: 'The card number is not right; most likely one digit was mistyped. Please check it again.',
    };
  }
  return { ok: true, cardNumber: card };
}

/** The Luhn digit that completes a number. */
export function luhnCheckDigit(digits: string): string {
  let sum = 0;
  for (let index = digits.length - 1, doubled = true; index >= 0; index -= 1, doubled = !doubled) {
    const value = Number(digits[index]) * (doubled ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return String((10 - (sum % 10)) % 10);
}

/** The form shown everywhere: **** 1234. */
export function maskBankCard(text: string): string {
  const card = compact(text);
  return card.length > 4 ? `**** ${card.slice(-4)}` : '****';
}
