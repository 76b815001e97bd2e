import sharp from 'sharp';
import { DomainError } from '../errors.ts';
import { convertHeic, maxPixels } from './heic.ts';
import { createTurns } from './turns.ts';

// Small and predictable rather than fast: photos are few, memory is short.
sharp.cache(false);
sharp.concurrency(1);
// Whatever else libvips can read (SVG with its links, PDF, TIFF) is out of reach, even behind a lying first line.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });

const inTurn = createTurns(2, 16);
const previewPixels = 1280;
const decodeSeconds = 20;

export interface Image {
  mediaType: 'image/jpeg' | 'image/png';
  content: Buffer;
  preview: Buffer;
  width: number;
  height: number;
}

const load = (bytes: Buffer) =>
  sharp(bytes, { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true })
    .autoOrient()
    .timeout({ seconds: decodeSeconds });

/**
 * Decodes a photo and encodes it anew: what is stored holds pixels and nothing else – no place of taking, no camera,
 * no second format hidden behind the first. Turned upright. HEIC becomes JPEG. Throws `upload-broken`.
 */
export async function reencode(bytes: Buffer, kind: 'jpeg' | 'png' | 'heic'): Promise<Image> {
  const source = kind === 'heic' ? await convertHeic(bytes) : bytes;
  return inTurn(async () => {
    try {
      const image = load(source);
      const encoded = kind === 'png' ? image.png() : image.jpeg({ quality: 86 });
      const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
      const preview = await load(data)
        .resize(previewPixels, previewPixels, { fit: 'inside', withoutEnlargement: true })
        .flatten({ background: '#ffffff' })
        .jpeg({ quality: 76 })
        .toBuffer();
      const mediaType = kind === 'png' ? 'image/png' : 'image/jpeg';
      return { mediaType, content: data, preview, width: info.width, height: info.height };
    } catch (error) {
      const tooLarge = /pixel limit/i.test((error as Error).message);
      throw new DomainError('upload-broken', {
        reason: tooLarge ? '照片的像素太多。' : '照片没有存完整，或已损坏。',
        reasonEn: tooLarge ? 'the photo has too many pixels.' : 'the photo is incomplete or damaged.',
      });
    }
  });
}
