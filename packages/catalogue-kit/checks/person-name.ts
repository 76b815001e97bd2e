export type PersonNameFault = 'missing-name' | 'bad-name' | 'lost-character';

export type PersonNameCheck =
  { ok: true; name: string } | { ok: false; fault: PersonNameFault; reason: string; reasonEn: string };

const invisible =
  /[\u00AD\u061C\u180E\u200B-\u200F\u202A-\u202E\u2060-\u206F\uFEFF]|\u034F|\p{Variation_Selector}/gu;
/** The dots people type for the middle dot of Uyghur, Tibetan and foreign names. */
const dots = /[·•‧∙⋅・･．・]/g;
const letters = /^[\p{Script=Han}〇\p{Script=Latin}\p{M}·.'’ -]+$/u;

/**
 * Puts a name into the one form it is stored in: no blanks inside a Chinese name, single blanks inside a Latin one, one
 * kind of middle dot, no invisible characters. Characters themselves are never exchanged for look-alikes: a name is
 * written as its owner's papers write it, beyond the basic plane too.
 */
export function normaliseName(text: string): string {
  const halfWidth = text.replace(/[\uFF01-\uFF5E]/g, (letter) =>
    String.fromCharCode(letter.charCodeAt(0) - 0xfee0),
  );
  const plain = halfWidth.replace(invisible, '').replace(/\s+/g, ' ').trim().replace(dots, '·');
  const han = /\p{Script=Han}/u.test(plain);
  if (!han) return plain.normalize('NFC');
  return plain.replace(/ /g, '').replace(/(?<=\p{Script=Han})\.(?=\p{Script=Han})/gu, '·');
}

/** Checks a person's name: 2 to 50 characters, Chinese of any plane or Latin, with · between the parts. */
export function checkPersonName(text: string): PersonNameCheck {
  const name = normaliseName(text);
  if (name === '') return failed('missing-name', '没有填姓名。请补上。', 'There is no name. Please add it.');
  if (/\p{Co}|\p{Cn}|\uFFFD|[?？]/u.test(name)) {
    return failed(
      'lost-character',
      '姓名里有一个字没有存下来（显示为空框或问号）。请用生僻字输入法重新输入。',
      'A character of the name was lost (a box or a question mark). Please type it again with an input method for rare characters.',
    );
  }
  const length = [...name].length;
  if (length < 2 || length > 50)
    return failed(
      'bad-name',
      '姓名应是 2 到 50 个字。请对照证件核对。',
      'A name has 2 to 50 characters. Please check it against the papers.',
    );
  if (!letters.test(name) || /^[·.'’-]|[·'’-]$/.test(name)) {
    return failed(
      'bad-name',
      '姓名只能是汉字或字母，中间可以有「·」。请去掉数字和其他符号。',
      'A name has Chinese characters or letters, with · between the parts. Please remove digits and other signs.',
    );
  }
  return { ok: true, name };
}

/** The form others see: 张* or 阿** – the first character and one star for each of the next two. */
export function maskName(text: string): string {
  const characters = [...normaliseName(text)];
  if (characters.length === 0) return '';
  return `${characters[0]}${'*'.repeat(Math.min(Math.max(characters.length - 1, 1), 2))}`;
}

function failed(fault: PersonNameFault, reason: string, reasonEn: string): PersonNameCheck {
  return { ok: false, fault, reason, reasonEn };
}
