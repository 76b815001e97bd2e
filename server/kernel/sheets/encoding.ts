import { TextDecoder } from 'node:util';
import iconv from 'iconv-lite';
import { SheetError } from './errors.ts';
import type { SheetEncoding } from './rows.ts';

/** Words one of which stands in the header of any list we take; they show whether a decoding makes sense. */
const telltales = [
  '姓名',
  '序号',
  '证件',
  '身份证',
  '手机',
  '电话',
  '工会',
  '单位',
  '日期',
  '性别',
  '名称',
  '职工',
  '编号',
  '金额',
  '卡号',
  '状态',
  '结果',
  '原因',
];

/**
 * 姓名 in UTF-8 read as GBK is 濮撳悕; the last character is left off when the bytes do not come out even. Made when asked for:
 * iconv's tables take 20 ms to load, which most files never need.
 */
const garbledTelltales = (): string[] =>
  telltales.map((word) => {
    const text = iconv.decode(Buffer.from(word, 'utf8'), 'gb18030');
    return text.endsWith('\uFFFD') || text.endsWith('?') ? text.slice(0, -1) : text;
  });

/**
 * The text of a CSV file, whatever program saved it: UTF-8 with or without mark, UTF-16, GB18030 (what Chinese Excel
 * writes), and mojibake when it can be undone without loss. Throws `sheet-garbled` when the characters are gone for good.
 */
export function decodeText(bytes: Buffer): { text: string; encoding: SheetEncoding } {
  const { text, encoding } = decodePlain(bytes);
  const repaired = undoMojibake(text, encoding);
  if (repaired) return repaired;
  if (/锟斤拷|\uFFFD/.test(text)) throw new SheetError('sheet-garbled');
  if (!hasWord(text, telltales) && hasWord(text, garbledTelltales())) throw new SheetError('sheet-garbled');
  return { text, encoding };
}

function decodePlain(bytes: Buffer): {
  text: string;
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' | 'gb18030';
} {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: must(bytes, 'utf-16le'), encoding: 'utf-16le' };
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return { text: must(bytes, 'utf-16be'), encoding: 'utf-16be' };
  const nulls = unmarkedUtf16(bytes);
  if (nulls) return { text: must(bytes, nulls), encoding: nulls };
  if (bytes.includes(0)) throw new SheetError('sheet-not-a-sheet', { names: ['程序或数据文件'] });
  const utf8 = attempt(bytes, 'utf-8');
  if (utf8 === undefined) return { text: must(bytes, 'gb18030'), encoding: 'gb18030' };
  // A few GBK characters may happen to be valid UTF-8 (Windows Notepad's old 联通 trouble); sense decides.
  if (!hasWord(utf8, telltales) && bytes.some((byte) => byte > 127)) {
    const gb = attempt(bytes, 'gb18030');
    if (gb !== undefined && hasWord(gb, telltales)) return { text: gb, encoding: 'gb18030' };
  }
  return { text: utf8, encoding: 'utf-8' };
}

/** UTF-16 without its mark: every other byte of the commas, digits and line ends is zero. */
function unmarkedUtf16(bytes: Buffer): 'utf-16le' | 'utf-16be' | undefined {
  const head = bytes.subarray(0, 4096);
  let even = 0;
  let odd = 0;
  for (let at = 0; at + 1 < head.length; at += 2) {
    if (head[at] === 0 && head[at + 1] !== 0) even += 1;
    if (head[at] !== 0 && head[at + 1] === 0) odd += 1;
  }
  const few = head.length / 20;
  if (odd > few && even === 0) return 'utf-16le';
  if (even > few && odd === 0) return 'utf-16be';
  return undefined;
}

/**
 * Text decoded once with the wrong table and saved again. Turned back only if the way back is exact and ends in words we
 * know; twenty Chinese characters in the right encoding never survive that.
 */
function undoMojibake(text: string, encoding: string): { text: string; encoding: SheetEncoding } | undefined {
  if (hasWord(text, telltales) || !/[^\0-\x7f]/.test(text)) return undefined;
  const body = text.replace(/^\uFEFF/, '');
  const asGb = iconv.encode(body, 'gb18030');
  if (encoding !== 'utf-16le' && iconv.decode(asGb, 'gb18030') === body) {
    const found = attempt(asGb, 'utf-8');
    if (found !== undefined && hasWord(found, telltales))
      return { text: found, encoding: 'utf-8-as-gb18030' };
  }
  for (const table of ['latin1', 'win1252']) {
    const bytes = iconv.encode(body, table);
    if (iconv.decode(bytes, table) !== body) continue;
    const utf8 = attempt(bytes, 'utf-8');
    if (utf8 !== undefined && hasWord(utf8, telltales)) return { text: utf8, encoding: 'utf-8-as-latin1' };
    const gb = attempt(bytes, 'gb18030');
    if (gb !== undefined && hasWord(gb, telltales)) return { text: gb, encoding: 'gb18030-as-latin1' };
  }
  return undefined;
}

function hasWord(text: string, words: readonly string[]): boolean {
  const head = text.slice(0, 65_536);
  return words.some((word) => head.includes(word));
}

function attempt(bytes: Uint8Array, label: string): string | undefined {
  try {
    return new TextDecoder(label, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function must(bytes: Uint8Array, label: string): string {
  const text = attempt(bytes, label);
  if (text === undefined) throw new SheetError('sheet-unknown-encoding');
  return text;
}
