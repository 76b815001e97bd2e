import { inflateSync } from 'node:zlib';
import { DomainError } from '../errors.ts';

const broken = (reason: string, reasonEn: string) => new DomainError('upload-broken', { reason, reasonEn });
const unpackedBytes = 8 * 1024 * 1024;
const packedObjects = 200;

const stream = />>\s*stream\r?\n/g;
/** Things that run or send something by themselves. Long enough never to turn up in compressed bytes by chance. */
const running = /\/(?:JavaScript|Launch|SubmitForm|ImportData|RichMedia)(?![A-Za-z0-9])/;
const shortRunning = /\/JS(?![A-Za-z0-9])/;

/** Objects as text, without the contents of streams, and the contents of compressed object streams beside it. */
function objectsOf(text: string): string {
  const outside: string[] = [];
  let from = 0;
  let unpacked = 0;
  stream.lastIndex = 0;
  for (let found = stream.exec(text); found; found = stream.exec(text)) {
    const begin = stream.lastIndex;
    const end = text.indexOf('endstream', begin);
    if (end < 0) break;
    outside.push(text.slice(from, found.index + 2));
    const dictionary = text.slice(Math.max(from, found.index - 400), found.index);
    if (/\/ObjStm/.test(dictionary) && /\/FlateDecode/.test(dictionary) && unpacked++ < packedObjects) {
      outside.push(unpack(text.slice(begin, end)));
    }
    from = end;
    stream.lastIndex = end;
  }
  outside.push(text.slice(from));
  // A name may be written with escapes: /J#61vaScript.
  return outside
    .join('\n')
    .replace(/#([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function unpack(body: string): string {
  try {
    return inflateSync(Buffer.from(body, 'latin1'), { maxOutputLength: unpackedBytes }).toString('latin1');
  } catch {
    throw broken('PDF 没有存完整，或已损坏。', 'the PDF is incomplete or damaged.');
  }
}

/** Opening at a page is all an honest file does when it is opened. */
function opensPlainly(objects: string): boolean {
  return [...objects.matchAll(/\/OpenAction\s*(\[|<<[^>]*>>|(\d+)\s+(\d+)\s+R)?/g)].every(
    ([, value, number, generation]) => {
      const target = number
        ? new RegExp(`(?:^|\\s)${number}\\s+${generation}\\s+obj\\s*(\\[|<<[^>]*>>)`).exec(objects)?.[1]
        : value;
      return target !== undefined && (target === '[' || /\/S\s*\/GoTo(?![A-Za-z])/.test(target));
    },
  );
}

/**
 * A cheap look at a PDF before it is kept as it is: whole, without a password, and without anything that runs by
 * itself. It proves nothing against a determined author, so contents are also served sandboxed. Throws `upload-broken`.
 */
export function checkPdf(bytes: Buffer): void {
  const text = bytes.toString('latin1');
  const end = text.slice(-2048);
  if (!/^%PDF-[12]\.\d/.test(text) || !end.includes('startxref') || !end.includes('%%EOF')) {
    throw broken('PDF 没有存完整。', 'the PDF is incomplete.');
  }
  const objects = objectsOf(text);
  if (/\/Encrypt(?![A-Za-z0-9])/.test(objects)) {
    throw broken(
      'PDF 设了密码，请去掉密码再上传，或改为拍照上传。',
      'the PDF has a password; please remove it, or take a photo.',
    );
  }
  if (running.test(text) || running.test(objects) || shortRunning.test(objects) || !opensPlainly(objects)) {
    throw broken(
      'PDF 里带有会自动运行的内容，为安全起见不能上传；请另存为普通 PDF，或改为拍照上传。',
      'the PDF runs something by itself, which is not safe; please save it as a plain PDF, or take a photo.',
    );
  }
}
