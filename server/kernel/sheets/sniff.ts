import { SheetError } from './errors.ts';

export type FileKind = 'zip' | 'text';

const signatures: readonly [bytes: readonly number[], name: string][] = [
  [[0x25, 0x50, 0x44, 0x46], ' PDF 文件'],
  [[0x89, 0x50, 0x4e, 0x47], '图片'],
  [[0xff, 0xd8, 0xff], '图片'],
  [[0x47, 0x49, 0x46, 0x38], '图片'],
  [[0x42, 0x4d], '图片'],
  [[0x52, 0x61, 0x72, 0x21], '压缩包（RAR）'],
  [[0x37, 0x7a, 0xbc, 0xaf], '压缩包（7z）'],
  [[0x1f, 0x8b], '压缩包（gzip）'],
  [[0x4d, 0x5a], '程序'],
  [[0x7f, 0x45, 0x4c, 0x46], '程序'],
  [[0x53, 0x51, 0x4c, 0x69], '数据库文件'],
];

/**
 * Tells a zip (which may be xlsx) from text (which may be CSV) by its bytes, never by its name, and refuses everything
 * else with the way out.
 */
export function sniffKind(bytes: Uint8Array): FileKind {
  if (bytes.length === 0) throw new SheetError('sheet-empty');
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]) || startsWith(bytes, [0x50, 0x4b, 0x05, 0x06]))
    return 'zip';
  if (startsWith(bytes, [0xd0, 0xcf, 0x11, 0xe0])) throw oleError(bytes);
  if (bytes[4] === 0x66 && bytes[5] === 0x74 && bytes[6] === 0x79 && bytes[7] === 0x70) {
    throw new SheetError('sheet-not-a-sheet', { names: ['图片或视频'] });
  }
  for (const [signature, name] of signatures) {
    // Two letters are too few to tell a bitmap from a CSV whose first column is "BM…"; binary files have NULs early.
    if (startsWith(bytes, signature) && (signature.length > 2 || bytes.subarray(0, 64).includes(0))) {
      throw new SheetError('sheet-not-a-sheet', { names: [name] });
    }
  }
  refuseMarkup(bytes);
  return 'text';
}

/** An .xls, a .doc, or a password-protected .xlsx: the last is an OLE file holding an EncryptedPackage stream. */
function oleError(bytes: Uint8Array): SheetError {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.includes(Buffer.from('EncryptedPackage', 'utf16le'))) return new SheetError('sheet-encrypted');
  if (buffer.includes(Buffer.from('WordDocument', 'utf16le'))) {
    return new SheetError('sheet-not-a-sheet', { names: [' Word 文档'] });
  }
  return new SheetError('sheet-old-excel');
}

/** Many office systems export a web page or Excel-2003 XML and call it .xls; Excel opens it, a CSV reader must not. */
function refuseMarkup(bytes: Uint8Array): void {
  const utf16 = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf16le' : 'latin1';
  const head = Buffer.from(bytes.subarray(0, 2048))
    .toString(utf16)
    .replace(/^[^<]{0,4}/, '')
    .toLowerCase();
  if (/^\s*<(\?xml|!doctype|html|table|head|body|meta|style|div|workbook)/.test(head)) {
    const xml = head.includes('schemas-microsoft-com:office:spreadsheet') || /<(\w+:)?workbook/.test(head);
    throw new SheetError('sheet-other-format', { names: [xml ? ' XML 表格' : '网页格式的表格'] });
  }
  if (head.startsWith('{\\rtf')) throw new SheetError('sheet-not-a-sheet', { names: [' Word 文档'] });
}

function startsWith(bytes: Uint8Array, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}
