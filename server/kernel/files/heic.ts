import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { DomainError } from '../errors.ts';
import { createTurns } from './turns.ts';

/** Decoded pixels of the largest image allowed; four bytes each, twice in memory while it is converted. */
export const maxPixels = 50_000_000;
const conversionMillis = 30_000;
const inTurn = createTurns(1, 4);

/** The largest size an HEIC file states (`ispe` boxes), so that a giant is refused before it is decoded. */
export function statedPixels(bytes: Buffer): number {
  let largest = 0;
  for (
    let at = bytes.indexOf('ispe');
    at >= 0 && at + 16 <= bytes.length;
    at = bytes.indexOf('ispe', at + 4)
  ) {
    largest = Math.max(largest, bytes.readUInt32BE(at + 8) * bytes.readUInt32BE(at + 12));
  }
  return largest;
}

const require = createRequire(import.meta.url);

// CommonJS text and not a file: a thread can start it alike from TypeScript and from the bundled server, and it is
// given the path from which heic-convert (libheif compiled to WebAssembly) is found.
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const convert = require(workerData.converter);
  convert({ buffer: workerData.bytes, format: 'JPEG', quality: 0.92 }).then(
    (jpeg) => parentPort.postMessage(new Uint8Array(jpeg)),
    () => parentPort.postMessage(null),
  );
`;

const broken = (reason: string, reasonEn: string) => new DomainError('upload-broken', { reason, reasonEn });

/** HEIC/HEIF to JPEG, upright, in a thread with limits of time and memory, one at a time. Throws `upload-broken`. */
export async function convertHeic(bytes: Buffer): Promise<Buffer> {
  if (statedPixels(bytes) > maxPixels) throw broken('照片的像素太多。', 'the photo has too many pixels.');
  return inTurn(async () => {
    const worker = new Worker(program, {
      eval: true,
      workerData: { bytes, converter: require.resolve('heic-convert') },
      resourceLimits: { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 64 },
      stdout: true,
      stderr: true,
    });
    const jpeg = await new Promise<Uint8Array | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), conversionMillis);
      const end = (result: Uint8Array | null) => (clearTimeout(timer), resolve(result));
      worker.once('message', end);
      worker.once('error', () => end(null));
      worker.once('exit', () => end(null));
    });
    await worker.terminate();
    if (!jpeg)
      throw broken('照片没有存完整，或格式太特殊。', 'the photo is incomplete or of an unusual kind.');
    return Buffer.from(jpeg);
  });
}
