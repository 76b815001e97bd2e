import { fileTypeFromBuffer } from 'file-type';
import { DomainError } from '../errors.ts';
import { reencode } from './images.ts';
import { checkPdf } from './pdf.ts';

/** What is kept of an upload. */
export interface Intake {
  mediaType: string;
  content: Buffer;
  /** JPEG of at most 1280 pixels; none of a PDF. */
  preview: Buffer | null;
  width: number | null;
  height: number | null;
}

const photos: Record<string, 'jpeg' | 'png' | 'heic'> = {
  'image/jpeg': 'jpeg',
  'image/png': 'png',
  'image/apng': 'png',
  'image/heic': 'heic',
  'image/heif': 'heic',
  'image/heic-sequence': 'heic',
  'image/heif-sequence': 'heic',
};

/** Judges an upload by its bytes, never by its name. Throws `upload-type` or `upload-broken` with a reason. */
export async function takeIn(bytes: Buffer): Promise<Intake> {
  const found = await fileTypeFromBuffer(bytes).catch(() => undefined);
  const kind = found ? photos[found.mime] : undefined;
  if (kind) return reencode(bytes, kind);
  if (found?.mime === 'application/pdf') {
    await checkPdf(bytes);
    return { mediaType: 'application/pdf', content: bytes, preview: null, width: null, height: null };
  }
  const reason = found ? `它是 ${found.ext.toUpperCase()} 文件。` : '认不出它的格式。';
  const reasonEn = found ? `it is a ${found.ext.toUpperCase()} file.` : 'its kind is unknown.';
  throw new DomainError('upload-type', { reason, reasonEn });
}
