import { crc32 } from 'node:zlib';
import yauzl from 'yauzl';
import { SheetError } from './errors.ts';
import type { SheetLimits } from './rows.ts';

/** The parts of a checked workbook file, by lower-case path (writers disagree about case). */
export interface ZipParts {
  has(path: string): boolean;
  /** Inflates one part piece by piece; throws `sheet-zip-bomb` or `sheet-damaged` as soon as it is known. */
  stream(path: string): AsyncGenerator<Buffer>;
  close(): void;
}

const nested = /\.(zip|jar|7z|rar|gz|tgz|tar|bz2|xz|xlsx|xlsm|xlsb|docx|pptx)$/;

/**
 * Opens a zip and judges its directory before a byte is inflated: number of parts, declared sizes and ratios, names that
 * climb out of the folder, encryption, zips inside. yauzl then holds each part to its declared size.
 */
export async function openZip(bytes: Buffer, limits: SheetLimits): Promise<ZipParts> {
  const zip = await open(bytes);
  const entries = new Map<string, yauzl.Entry>();
  try {
    await eachEntry(zip, (entry) => {
      const path = entry.fileName.toLowerCase();
      if (path.endsWith('/')) return;
      if (entries.has(path)) throw new SheetError('sheet-unsafe');
      if (entries.size >= limits.parts) throw new SheetError('sheet-zip-bomb');
      entries.set(path, entry);
    });
    refuseOtherKinds(entries);
    refuseSizes(entries, limits);
  } catch (cause) {
    zip.close();
    throw cause instanceof SheetError ? cause : zipError(cause);
  }
  return {
    has: (path) => entries.has(path.toLowerCase()),
    stream: (path) => inflate(zip, entries.get(path.toLowerCase()), limits),
    close: () => zip.close(),
  };
}

function refuseOtherKinds(entries: ReadonlyMap<string, yauzl.Entry>): void {
  const paths = [...entries.keys()];
  if (![...entries.values()].every((entry) => !entry.isEncrypted())) throw new SheetError('sheet-encrypted');
  if (entries.has('xl/workbook.bin'))
    throw new SheetError('sheet-other-format', { names: ['二进制 Excel 文件（.xlsb）'] });
  if (paths.some((path) => path.startsWith('word/')))
    throw new SheetError('sheet-not-a-sheet', { names: [' Word 文档'] });
  if (paths.some((path) => path.startsWith('ppt/')))
    throw new SheetError('sheet-not-a-sheet', { names: ['演示文稿'] });
  if (entries.has('content.xml') && entries.has('mimetype')) {
    throw new SheetError('sheet-other-format', { names: ['开放文档表格（.ods）'] });
  }
  if (paths.some((path) => path.startsWith('index/') && path.endsWith('.iwa'))) {
    throw new SheetError('sheet-other-format', { names: ['苹果 Numbers 表格'] });
  }
  const inside = paths.some((path) => nested.test(path));
  if (!entries.has('[content_types].xml') && !paths.some((path) => path.startsWith('xl/'))) {
    if (inside || paths.some((path) => /\.(xls|csv)$/.test(path))) throw new SheetError('sheet-zipped');
    throw new SheetError('sheet-not-a-sheet', { names: ['压缩包'] });
  }
  if (inside) throw new SheetError('sheet-nested-zip');
}

function refuseSizes(entries: ReadonlyMap<string, yauzl.Entry>, limits: SheetLimits): void {
  let total = 0;
  for (const entry of entries.values()) {
    total += entry.uncompressedSize;
    const large = entry.uncompressedSize > 1024 * 1024;
    if (large && entry.uncompressedSize > limits.ratio * Math.max(entry.compressedSize, 1)) {
      throw new SheetError('sheet-zip-bomb');
    }
  }
  if (total > limits.unpackedBytes) throw new SheetError('sheet-zip-bomb');
}

async function* inflate(
  zip: yauzl.ZipFile,
  entry: yauzl.Entry | undefined,
  limits: SheetLimits,
): AsyncGenerator<Buffer> {
  if (!entry) throw new SheetError('sheet-damaged');
  let read = 0;
  let checksum = 0;
  try {
    const stream = await new Promise<AsyncIterable<Buffer>>((resolve, reject) => {
      zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened)));
    });
    for await (const chunk of stream) {
      read += chunk.length;
      checksum = crc32(chunk, checksum);
      if (read > limits.unpackedBytes) throw new SheetError('sheet-zip-bomb');
      yield chunk;
    }
    // yauzl leaves this to its caller; without it a bad byte could quietly become another digit.
    if (checksum !== entry.crc32) throw new SheetError('sheet-damaged');
  } catch (cause) {
    throw cause instanceof SheetError ? cause : zipError(cause);
  }
}

function open(bytes: Buffer): Promise<yauzl.ZipFile> {
  return new Promise((resolve, reject) => {
    yauzl.fromBuffer(bytes, { lazyEntries: true, validateEntrySizes: true }, (error, zip) =>
      error ? reject(zipError(error)) : resolve(zip),
    );
  });
}

function eachEntry(zip: yauzl.ZipFile, visit: (entry: yauzl.Entry) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    zip.on('error', reject);
    zip.on('end', resolve);
    zip.on('entry', (entry: yauzl.Entry) => {
      try {
        visit(entry);
        zip.readEntry();
      } catch (cause) {
        reject(cause as Error);
      }
    });
    zip.readEntry();
  });
}

/** yauzl has no error codes; its texts are pinned with its version and checked by the bad-file tests. */
function zipError(cause: unknown): SheetError {
  const text = cause instanceof Error ? cause.message : '';
  if (/too many bytes in the stream/.test(text)) return new SheetError('sheet-zip-bomb', {}, { cause });
  if (/invalid relative path|absolute path|invalid characters in fileName/.test(text)) {
    return new SheetError('sheet-unsafe', {}, { cause });
  }
  if (/encrypted/.test(text)) return new SheetError('sheet-encrypted', {}, { cause });
  return new SheetError('sheet-damaged', {}, { cause });
}
