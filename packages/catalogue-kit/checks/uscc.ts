import { compact } from './digits.ts';

export type UsccCheck =
  | {
      ok: true;
      uscc: string;
      /** Registered as a union: the code begins with 81 (grassroots) or 89. */ union: boolean;
    }
  | {
      ok: false;
      fault: 'missing-uscc' | 'wrong-uscc-length' | 'bad-uscc-checksum';
      reason: string;
      reasonEn: string;
    };

/** The 31 characters of GB 32100: no I, O, S, V, Z. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';
const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] as const;
const form = /^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$/;

/** Checks a unified social credit code (统一社会信用代码) against GB 32100: 18 characters, the last a check character. */
export function checkUscc(text: string): UsccCheck {
  const uscc = compact(text);
  if (uscc === '') {
    const reason = '没有填统一社会信用代码。请补上。';
    return {
      ok: false,
      fault: 'missing-uscc',
      reason,
      reasonEn: 'There is no social credit code. Please add it.',
    };
  }
  if (!form.test(uscc)) {
    const reason = '统一社会信用代码应是 18 位数字和大写字母（没有 I、O、S、V、Z）。请对照证书核对。';
    const reasonEn =
      'A social credit code has 18 digits and capital letters (never I, O, S, V, Z). Please check it against the certificate.';
    return { ok: false, fault: 'wrong-uscc-length', reason, reasonEn };
  }
  if (usccCheckCharacter(uscc.slice(0, 17)) !== uscc[17]) {
    const reason = '统一社会信用代码的校验位不对，多半是抄错了一位。请对照证书核对。';
    const reasonEn =
      'The check character of the social credit code is wrong; most likely one place was mistyped. Please check it against the certificate.';
    return { ok: false, fault: 'bad-uscc-checksum', reason, reasonEn };
  }
  return { ok: true, uscc, union: /^8[19]/.test(uscc) };
}

/** The check character for the first 17: 31 − Σ(value × weight) mod 31, where 31 stands for 0. */
export function usccCheckCharacter(first17: string): string {
  let sum = 0;
  weights.forEach((weight, index) => {
    sum += weight * alphabet.indexOf(first17[index] ?? '0');
  });
  return alphabet[(31 - (sum % 31)) % 31]!;
}
