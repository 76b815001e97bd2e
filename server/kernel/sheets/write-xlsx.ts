import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import yazl from 'yazl';
import { looksLikeFormula } from './cell-safety.ts';
import { columnLetters } from './rows.ts';
import { xmlText } from './xml-text.ts';

/** A text, a number, a true date (`on`: YYYY-MM-DD), or nothing. Money goes in yuan, as a number. */
export type OutCell = string | number | bigint | boolean | null | undefined | { on: string };

export interface OutColumn {
  title: string;
  /** In characters of the default font. */
  width?: number;
}

export interface OutSheet {
  name: string;
  columns: readonly OutColumn[];
  rows: Iterable<readonly OutCell[]> | AsyncIterable<readonly OutCell[]>;
}

/** Custom properties of the document (docProps/custom.xml): seen under 文件 › 信息, not in the sheet. */
export type DocumentProperties = Readonly<Record<string, string>>;

/** Excel's own bound; a longer list goes on in a second sheet of the same name with a number. */
const rowsPerSheet = 1_048_575;
const chunkLength = 256 * 1024;

const style = { text: 1, quoted: 2, date: 3, header: 4 } as const;

/**
 * Writes an .xlsx workbook to a stream, row by row, and ends the stream. Texts are cells of type text, never formulas, in
 * the text format (so an ID number corrected by hand stays whole), and those beginning like a formula carry Excel's own
 * quote prefix, so that they stay text when somebody edits the cell. The header row is bold and stays in view.
 */
export async function writeXlsx(
  out: Writable,
  sheets: Iterable<OutSheet> | AsyncIterable<OutSheet>,
  properties: DocumentProperties = {},
): Promise<void> {
  const zip = new yazl.ZipFile();
  const stop = new AbortController();
  const sent = pipeline(zip.outputStream, out, { signal: stop.signal });
  const written = writeParts(zip, sheets, properties, stop.signal);
  try {
    await Promise.all([sent, written]);
  } catch (cause) {
    // A reader that went away must not leave the writer waiting for room, nor a failed query the reader for bytes.
    stop.abort();
    await Promise.allSettled([sent, written]);
    throw cause;
  }
}

/** A whole workbook in memory, for small files such as the refused rows of a roster. */
export async function xlsxBytes(
  sheets: Iterable<OutSheet> | AsyncIterable<OutSheet>,
  properties: DocumentProperties = {},
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const out = new PassThrough();
  out.on('data', (piece: Buffer) => pieces.push(piece));
  await writeXlsx(out, sheets, properties);
  return Buffer.concat(pieces);
}

async function writeParts(
  zip: yazl.ZipFile,
  sheets: Iterable<OutSheet> | AsyncIterable<OutSheet>,
  properties: DocumentProperties,
  signal: AbortSignal,
): Promise<void> {
  const names: string[] = [];
  for await (const sheet of sheets) await writeSheet(zip, sheet, names, signal);
  if (names.length === 0) await writeSheet(zip, { name: '表1', columns: [], rows: [] }, names, signal);
  for (const [path, xml] of frameParts(names, properties)) add(zip, path, Buffer.from(xml));
  zip.end();
}

async function writeSheet(
  zip: yazl.ZipFile,
  sheet: OutSheet,
  names: string[],
  signal: AbortSignal,
): Promise<void> {
  let part: PassThrough | undefined;
  let text = '';
  let row = 0;

  const open = (): void => {
    names.push(uniqueName(sheet.name, names));
    part = new PassThrough({ highWaterMark: chunkLength });
    zip.addReadStream(part, `xl/worksheets/sheet${names.length}.xml`, zipOptions);
    text = sheetHead(sheet.columns);
    row = 1;
  };
  const flush = async (): Promise<void> => {
    signal.throwIfAborted();
    if (!part!.write(text)) await once(part!, 'drain', { signal });
    text = '';
  };
  const close = async (): Promise<void> => {
    text += `</sheetData></worksheet>`;
    await flush();
    part!.end();
  };

  open();
  for await (const cells of sheet.rows) {
    if (row > rowsPerSheet) {
      await close();
      open();
    }
    row += 1;
    text += rowXml(row, cells);
    if (text.length > chunkLength) await flush();
  }
  await close();
}

/** One moment for every part, so that the same rows give the same bytes on any day. */
const zipOptions = { mtime: new Date(2020, 0, 1), forceDosTimestamp: true, compressionLevel: 3 };

function add(zip: yazl.ZipFile, path: string, bytes: Buffer): void {
  zip.addBuffer(bytes, path, zipOptions);
}

function rowXml(row: number, cells: readonly OutCell[]): string {
  let xml = `<row r="${row}">`;
  for (let index = 0; index < cells.length; index += 1) {
    const cell = cells[index];
    if (cell === null || cell === undefined || cell === '') continue;
    xml += cellXml(`${lettersOf(index)}${row}`, cell);
  }
  return `${xml}</row>`;
}

function cellXml(reference: string, cell: Exclude<OutCell, null | undefined>): string {
  if (typeof cell === 'string') {
    return textXml(reference, cell, looksLikeFormula(cell) ? style.quoted : style.text);
  }
  if (typeof cell === 'boolean') return `<c r="${reference}" t="b"><v>${cell ? 1 : 0}</v></c>`;
  if (typeof cell === 'object') {
    const days = Math.round(Date.parse(`${cell.on}T00:00:00Z`) / 86_400_000) + 25_569;
    if (Number.isNaN(days) || days < 61) return textXml(reference, cell.on, style.text);
    return `<c r="${reference}" s="${style.date}"><v>${days}</v></c>`;
  }
  // Past fifteen digits Excel would round.
  const exact = Number.isFinite(Number(cell)) && (typeof cell === 'number' || String(cell).length <= 15);
  return exact ? `<c r="${reference}"><v>${cell}</v></c>` : textXml(reference, String(cell), style.text);
}

function textXml(reference: string, text: string, as: number): string {
  return `<c r="${reference}" s="${as}" t="inlineStr"><is><t xml:space="preserve">${xmlText(text)}</t></is></c>`;
}

const letters: string[] = [];

function lettersOf(index: number): string {
  return (letters[index] ??= columnLetters(index));
}

const xmlHead = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packaged = 'http://schemas.openxmlformats.org/package/2006';
const kinds = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

function sheetHead(columns: readonly OutColumn[]): string {
  const widths = columns
    .map(
      ({ width = 16 }, index) =>
        `<col min="${index + 1}" max="${index + 1}" width="${width}" style="1" customWidth="1"/>`,
    )
    .join('');
  const titles = columns
    .map(({ title }, index) => textXml(`${lettersOf(index)}1`, title, style.header))
    .join('');
  const frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>';
  return (
    `${xmlHead}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0">${frozen}</sheetView></sheetViews>` +
    `${widths && `<cols>${widths}</cols>`}<sheetData><row r="1">${titles}</row>`
  );
}

const propertiesNs = 'http://schemas.openxmlformats.org/officeDocument/2006/custom-properties';
const valueTypesNs = 'http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes';
const userDefined = '{D5CDD505-2E9C-101B-9397-08002B2CF9AE}';

function propertiesXml(properties: DocumentProperties): string {
  const each = Object.entries(properties).map(
    ([name, value], index) =>
      `<property fmtid="${userDefined}" pid="${index + 2}" name="${xmlText(name)}"><vt:lpwstr>${xmlText(value)}</vt:lpwstr></property>`,
  );
  return `${xmlHead}<Properties xmlns="${propertiesNs}" xmlns:vt="${valueTypesNs}">${each.join('')}</Properties>`;
}

function frameParts(names: readonly string[], properties: DocumentProperties): [path: string, xml: string][] {
  const custom = Object.keys(properties).length > 0;
  const each = (make: (number: number, name: string) => string): string =>
    names.map((name, index) => make(index + 1, name)).join('');
  const link = (id: string, kind: string, target: string): string =>
    `<Relationship Id="${id}" Type="${office}/${kind}" Target="${target}"/>`;
  const links = (inner: string): string =>
    `${xmlHead}<Relationships xmlns="${packaged}/relationships">${inner}</Relationships>`;
  return [
    [
      'xl/workbook.xml',
      `${xmlHead}<workbook xmlns="${main}" xmlns:r="${office}"><bookViews><workbookView/></bookViews><sheets>${each((number, name) => `<sheet name="${xmlText(name)}" sheetId="${number}" r:id="rId${number}"/>`)}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      links(
        each((number) => link(`rId${number}`, 'worksheet', `worksheets/sheet${number}.xml`)) +
          link('rIdStyles', 'styles', 'styles.xml'),
      ),
    ],
    ['xl/styles.xml', stylesXml],
    [
      '_rels/.rels',
      links(
        link('rId1', 'officeDocument', 'xl/workbook.xml') +
          (custom ? link('rId2', 'custom-properties', 'docProps/custom.xml') : ''),
      ),
    ],
    ...(custom ? [['docProps/custom.xml', propertiesXml(properties)] as [string, string]] : []),
    [
      '[Content_Types].xml',
      `${xmlHead}<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${kinds}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${kinds}.styles+xml"/>${custom ? '<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/>' : ''}${each((number) => `<Override PartName="/xl/worksheets/sheet${number}.xml" ContentType="${kinds}.worksheet+xml"/>`)}</Types>`,
    ],
  ];
}

/** Cell formats in the order of `style`: general, text (format 49), text with quote prefix, date, bold header. */
const stylesXml =
  `${xmlHead}<styleSheet xmlns="${main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>` +
  '<fonts count="2"><font><sz val="11"/><name val="等线"/></font><font><b/><sz val="11"/><name val="等线"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="5">' +
  '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' +
  '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>' +
  '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' +
  '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>' +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';

/** Excel allows 31 characters, none of : \ / ? * [ ], no apostrophe at the ends, and no name twice. */
function uniqueName(wanted: string, taken: readonly string[]): string {
  let plain = wanted
    .replace(/[:\\/?*[\]]|\p{Cc}/gu, ' ')
    .trim()
    .slice(0, 31);
  while (plain.startsWith("'")) plain = plain.slice(1);
  while (plain.endsWith("'")) plain = plain.slice(0, -1);
  plain ||= '表';
  let name = plain;
  for (let number = 2; taken.some((other) => other.toLowerCase() === name.toLowerCase()); number += 1) {
    name = `${plain.slice(0, 27)} ${number}`;
  }
  return name;
}
