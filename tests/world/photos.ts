import { deflateSync } from 'node:zlib';
import sharp from 'sharp';

/** A 60 × 40 photo lying on its side (EXIF orientation 6), with the place it was taken at. */
export const jpegWithPlace = (): Promise<Buffer> =>
  sharp({ create: { width: 60, height: 40, channels: 3, background: '#c62828' } })
    .jpeg()
    .withMetadata({ orientation: 6 })
    .withExifMerge({
      IFD0: { Make: 'TestPhone' },
      IFD3: {
        GPSLatitudeRef: 'N',
        GPSLatitude: '32/1 29/1 0/1',
        GPSLongitudeRef: 'E',
        GPSLongitude: '119/1 54/1 0/1',
      },
    })
    .toBuffer();

export const pngPhoto = (): Promise<Buffer> =>
  sharp({ create: { width: 30, height: 20, channels: 4, background: '#1b5e20' } })
    .png()
    .toBuffer();

/** 96 × 64, white with a red upper left quarter; made with heif-enc of libheif 1.15. */
export const heicPhoto = Buffer.from(
  'AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAT9tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAAA5waXRtAAAAAAABAAAAImlsb2MAAAAAREAAAQABAAAAAAFjAAEAAAAAAAAASAAAACNpaW5mAAAAAAABAAAAFWluZmUCAAAAAAEAAGh2YzEAAAAAv2lwcnAAAAChaXBjbwAAAHVodmNDAQNwAAAAAAAAAAAAHvAA/P34+AAADwMgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQCEAAQAoQgEBA3AAAAMAkAAAAwAAAwAeoDCBBZbqSSmubAgAAAMACAAAAwAIQCIAAQAHRAHBcrAiQAAAABRpc3BlAAAAAAAAAGAAAABAAAAAEHBpeGkAAAAAAwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAoMAAABQbWRhdAAAAEQoAa9YzxqUOkl//9lXf/21+Q+f09QgCmGftl+hgULjeOUqgaD4BgohMgX6uPdm8qFdovjCD911aP26fKGeKd1QAWIn8A==',
  'base64',
);

/** A one-page PDF; `entry` goes into its catalogue, `packed` into a compressed object stream. */
export function pdfWith(entry: string, packed?: string): Buffer {
  const body = packed === undefined ? null : deflateSync(Buffer.from(`9 0 ${packed}`));
  const objects = [
    `1 0 obj\n<< /Type /Catalog /Pages 2 0 R ${entry} >>\nendobj\n`,
    '2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n',
    '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 100] >>\nendobj\n',
  ];
  const head = Buffer.from(`%PDF-1.7\n${objects.join('')}`, 'latin1');
  const stream = body
    ? Buffer.concat([
        Buffer.from(
          `4 0 obj\n<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length ${body.length} >>\nstream\n`,
        ),
        body,
        Buffer.from('\nendstream\nendobj\n'),
      ])
    : Buffer.alloc(0);
  const tail = Buffer.from(`trailer\n<< /Root 1 0 R /Size 5 >>\nstartxref\n${head.length}\n%%EOF\n`);
  return Buffer.concat([head, stream, tail]);
}

export const plainPdf = (title = '') => pdfWith(title ? `/Lang (${title})` : '');
