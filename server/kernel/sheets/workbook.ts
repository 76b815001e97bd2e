import { posix } from 'node:path';
import { SheetError } from './errors.ts';
import { shapeOf } from './number-text.ts';
import type { NumberShape } from './number-text.ts';
import type { SheetLimits } from './rows.ts';
import { attribute, readXml, unescapeText } from './xml-events.ts';
import type { ZipParts } from './zip-parts.ts';

export interface Workbook {
  sheets: { name: string; path: string; hidden: boolean }[];
  sharedStringsPath?: string;
  /** By cell style index: what the style's number format makes of a number. */
  shapes: NumberShape[];
  /** The file counts days from 1904 (older Excel for Mac). */
  since1904: boolean;
}

/** Reads what must be known before any sheet: the sheets in order, the number formats and the date system. */
export async function readWorkbook(parts: ZipParts, limits: SheetLimits): Promise<Workbook> {
  const workbookPath = await findWorkbook(parts);
  const links = await readLinks(parts, workbookPath);
  const workbook: Workbook = { sheets: [], shapes: [], since1904: false };
  const listed: { name: string; id: string; hidden: boolean }[] = [];
  await readXml(parts.stream(workbookPath), {
    open(name, attributes) {
      if (name === 'workbookPr') workbook.since1904 = /^(1|true|on)$/.test(attributes['date1904'] ?? '');
      if (name === 'sheet') {
        const hidden = (attributes['state'] ?? 'visible') !== 'visible';
        listed.push({
          name: unescapeText(attributes['name'] ?? ''),
          id: attribute(attributes, 'id') ?? '',
          hidden,
        });
      }
    },
    close: () => undefined,
    text: () => undefined,
  });
  if (listed.length > limits.sheets) throw new SheetError('sheet-too-many-sheets', { limit: limits.sheets });
  for (const { name, id, hidden } of listed) {
    const link = links.get(id);
    // Chart and dialog sheets have no cells.
    if (link?.kind === 'worksheet' && parts.has(link.path))
      workbook.sheets.push({ name, path: link.path, hidden });
  }
  for (const link of links.values()) {
    if (link.kind === 'sharedStrings' && parts.has(link.path)) workbook.sharedStringsPath = link.path;
    if (link.kind === 'styles' && parts.has(link.path)) workbook.shapes = await readShapes(parts, link.path);
  }
  if (workbook.sheets.length === 0) throw new SheetError('sheet-damaged');
  return workbook;
}

async function findWorkbook(parts: ZipParts): Promise<string> {
  if (parts.has('_rels/.rels')) {
    for (const link of (await readLinks(parts, '')).values()) {
      if (link.kind === 'officeDocument' && parts.has(link.path)) return link.path;
    }
  }
  if (parts.has('xl/workbook.xml')) return 'xl/workbook.xml';
  throw new SheetError('sheet-damaged');
}

/** The relationships of a part. The type's last word is the same in the transitional and the strict standard. */
async function readLinks(
  parts: ZipParts,
  ofPart: string,
): Promise<Map<string, { kind: string; path: string }>> {
  const folder = posix.dirname(ofPart || 'x');
  const base = folder === '.' ? '' : folder;
  const path = posix.join(base, '_rels', `${posix.basename(ofPart)}.rels`);
  const links = new Map<string, { kind: string; path: string }>();
  if (!parts.has(path)) return links;
  await readXml(parts.stream(path), {
    open(name, attributes) {
      if (name !== 'Relationship' || attributes['TargetMode'] === 'External') return;
      const target = (attributes['Target'] ?? '').replaceAll('\\', '/');
      const full = target.startsWith('/') ? target.slice(1) : posix.join(base, target);
      links.set(attributes['Id'] ?? '', { kind: posix.basename(attributes['Type'] ?? ''), path: full });
    },
    close: () => undefined,
    text: () => undefined,
  });
  return links;
}

async function readShapes(parts: ZipParts, path: string): Promise<NumberShape[]> {
  const codes = new Map<number, string>();
  const shapes: NumberShape[] = [];
  let inCellFormats = false;
  await readXml(parts.stream(path), {
    open(name, attributes) {
      if (name === 'numFmt') codes.set(Number(attributes['numFmtId']), attributes['formatCode'] ?? '');
      if (name === 'cellXfs') inCellFormats = true;
      if (name === 'xf' && inCellFormats) {
        const id = Number(attributes['numFmtId'] ?? 0);
        shapes.push(shapeOf(id, codes.get(id)));
      }
    },
    close(name) {
      if (name === 'cellXfs') inCellFormats = false;
    },
    text: () => undefined,
  });
  return shapes;
}

/** The shared string table. Phonetic guides (拼音 over the characters) are not part of the text. */
export async function readSharedStrings(
  parts: ZipParts,
  path: string,
  limits: SheetLimits,
): Promise<string[]> {
  const strings: string[] = [];
  let text = '';
  let inText = false;
  let inPhonetic = false;
  let length = 0;
  await readXml(parts.stream(path), {
    open(name) {
      if (name === 'si') text = '';
      if (name === 'rPh') inPhonetic = true;
      inText = name === 't' && !inPhonetic;
    },
    close(name) {
      inText = false;
      if (name === 'rPh') inPhonetic = false;
      if (name !== 'si') return;
      length += text.length;
      if (length > limits.totalLength) throw new SheetError('sheet-too-many-cells');
      strings.push(unescapeText(text));
    },
    text(piece) {
      if (inText) text += piece;
    },
  });
  return strings;
}
