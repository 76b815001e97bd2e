import type sharp from 'sharp';
import { DomainError } from '../errors.ts';
import { convertHeic, maxPixels } from './heic.ts';

let opened: Promise<typeof sharp> | undefined;

/** libvips, loaded by the first photo: 20 MB and a tenth of a start, which a server that is sent none is spared. */
function openImages(): Promise<typeof sharp> {
  return (opened ??= import('sharp').then(({ default: images }) => {
    // Small and predictable rather than fast: photos are few, memory is short.
    images.cache(false);
    images.concurrency(1);
    // Whatever else libvips can read (SVG with its links, PDF, TIFF) is out of reach, even behind a lying first line.
    images.block({ operation: ['VipsForeignLoad'] });
    images.unblock({ operation: ['VipsForeignLoadJpegBuffer', 'VipsForeignLoadPngBuffer'] });
    return images;
  }));
}

const previewPixels = 1280;
const decodeSeconds = 20;

export interface Image {
  mediaType: 'image/jpeg' | 'image/png';
  content: Buffer;
  preview: Buffer;
  width: number;
  height: number;
}

const load = (images: typeof sharp, bytes: Buffer) =>
  images(bytes, { limitInputPixels: maxPixels, failOn: 'error', sequentialRead: true })
    .autoOrient()
    .timeout({ seconds: decodeSeconds });

/**
 * Decodes a photo and encodes it anew: what is stored holds pixels and nothing else – no place of taking, no camera,
 * no second format hidden behind the first. Turned upright. HEIC becomes JPEG. Throws `upload-broken`. Takes up to
 * 200 MB while it works: the caller sees to it that few do at once.
 */
export async function reencode(bytes: Buffer, kind: 'jpeg' | 'png' | 'heic'): Promise<Image> {
  const source = kind === 'heic' ? await convertHeic(bytes) : bytes;
  const images = await openImages();
  try {
    const image = load(images, source);
    const encoded = kind === 'png' ? image.png() : image.jpeg({ quality: 86 });
    const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
    const preview = await load(images, data)
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
}
