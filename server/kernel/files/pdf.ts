import { promisify } from 'node:util';
import { inflate } from 'node:zlib';
import { DomainError } from '../errors.ts';

const inflated = promisify(inflate);

const broken = (reason: string, reasonEn: string) => new DomainError('upload-broken', { reason, reasonEn });
/** Of what is not in a stream, and of what unpacks from streams, all together. An honest receipt has some kilobytes. */
const objectBytes = 4 * 1024 * 1024;
const packedStreams = 1000;
/** A file saved over and over says once each time how it opens. */
const openings = 20;

const overfull = () =>
  broken(
    'PDF 的内容太复杂，请另存为普通 PDF，或改为拍照上传。',
    'the PDF holds too much; please save it as a plain PDF, or take a photo.',
  );

/** Things that run or send something by themselves. Long enough never to turn up in compressed bytes by chance. */
const running = /\/(?:JavaScript|Launch|SubmitForm|ImportData|RichMedia)(?![A-Za-z0-9])/;
const shortRunning = /\/JS(?![A-Za-z0-9])/;

/**
 * Objects as text, without the contents of streams, and the contents of compressed object streams beside it. The bound is
 * on all of it: two hundred streams of 8 KB unpacked to 1.6 GB and held every other request up for seventeen seconds.
 */
async function objectsOf(text: string): Promise<string> {
  const objects: string[] = [];
  let left = objectBytes;
  const take = (part: string) => {
    left -= part.length;
    if (left < 0) throw overfull();
    objects.push(part);
  };
  // Of this call alone: it keeps its place while others wait for theirs to be unpacked.
  const stream = />>\s{0,99}stream\r?\n/g;
  let from = 0;
  let unpacked = 0;
  for (let found = stream.exec(text); found; found = stream.exec(text)) {
    const begin = stream.lastIndex;
    const end = text.indexOf('endstream', begin);
    if (end < 0) break;
    take(text.slice(from, found.index + 2));
    const dictionary = text.slice(Math.max(from, found.index - 400), found.index);
    if (/\/ObjStm/.test(dictionary) && /\/FlateDecode/.test(dictionary)) {
      if (++unpacked > packedStreams) throw overfull();
      take(await unpack(text.slice(begin, end), left));
    }
    from = end;
    stream.lastIndex = end;
  }
  take(text.slice(from));
  // A name may be written with escapes: /J#61vaScript.
  return objects
    .join('\n')
    .replace(/#([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

async function unpack(body: string, maxOutputLength: number): Promise<string> {
  try {
    return (await inflated(Buffer.from(body, 'latin1'), { maxOutputLength })).toString('latin1');
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') throw overfull();
    throw broken('PDF 没有存完整，或已损坏。', 'the PDF is incomplete or damaged.');
  }
}

/** Opening at a page is all an honest file does when it is opened. */
function opensPlainly(objects: string): boolean {
  const said = objects.split('/OpenAction').slice(1);
  if (said.length > openings) return false;
  return said.every((rest) => {
    // What follows is short; the rest of the file is not to be searched for an end that never comes.
    const [, value, number, generation] = /^\s{0,99}(\[|<<[^>]{0,999}>>|(\d{1,9})\s{1,9}(\d{1,9})\s{1,9}R)/.exec(rest) ?? []; // prettier-ignore
    const target = number ? objectAt(objects, number, generation!) : value;
    return target !== undefined && (target === '[' || /\/S\s{0,99}\/GoTo(?![A-Za-z])/.test(target));
  });
}

/** How the object of that number begins: its dictionary, or `[`. */
const objectAt = (objects: string, number: string, generation: string) =>
  new RegExp(`(?:^|\\s)${number}\\s{1,9}${generation}\\s{1,9}obj\\s{0,99}(\\[|<<[^>]{0,999}>>)`).exec(
    objects,
  )?.[1];

/**
 * A cheap look at a PDF before it is kept as it is: whole, without a password, and without anything that runs by
 * itself. It proves nothing against a determined author, so contents are also served sandboxed. Throws `upload-broken`.
 */
export async function checkPdf(bytes: Buffer): Promise<void> {
  const text = bytes.toString('latin1');
  const end = text.slice(-2048);
  if (!/^%PDF-[12]\.\d/.test(text) || !end.includes('startxref') || !end.includes('%%EOF')) {
    throw broken('PDF 没有存完整。', 'the PDF is incomplete.');
  }
  const objects = await objectsOf(text);
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
