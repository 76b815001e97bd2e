import yazl from 'yazl';

/** For tests: a zip with these parts, in this order. */
export async function zipOf(parts: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const zip = new yazl.ZipFile();
  for (const [path, content] of Object.entries(parts)) {
    zip.addBuffer(Buffer.from(content), path, { compressionLevel: 6 });
  }
  zip.end();
  const pieces: Buffer[] = [];
  for await (const piece of zip.outputStream as AsyncIterable<Buffer>) pieces.push(piece);
  return Buffer.concat(pieces);
}

export interface WorkbookParts {
  /** Sheet name → what stands inside `<worksheet>`. */
  sheets?: Readonly<Record<string, string>>;
  strings?: string;
  styles?: string;
  workbookPr?: string;
  /** More parts, or other content for one of the frame's. */
  parts?: Readonly<Record<string, string | Buffer>>;
}

const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** For tests: a workbook from hand-written XML, as many kinds of writers would leave it. */
export function workbookOf({
  sheets = {},
  strings,
  styles,
  workbookPr = '',
  parts = {},
}: WorkbookParts): Promise<Buffer> {
  const names = Object.keys(sheets);
  const list = names
    .map((name, at) => `<sheet name="${name}" sheetId="${at + 1}" r:id="rId${at + 1}"/>`)
    .join('');
  const links = names
    .map((_, at) => link(`rId${at + 1}`, 'worksheet', `worksheets/sheet${at + 1}.xml`))
    .join('');
  return zipOf({
    '[Content_Types].xml': '<Types/>',
    '_rels/.rels': relationships(link('r1', 'officeDocument', 'xl/workbook.xml')),
    'xl/workbook.xml': `<workbook xmlns:r="${office}">${workbookPr}<sheets>${list}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': relationships(
      links + link('rS', 'sharedStrings', 'sharedStrings.xml') + link('rT', 'styles', '/xl/styles.xml'),
    ),
    ...(strings !== undefined && { 'xl/sharedStrings.xml': `<sst>${strings}</sst>` }),
    ...(styles !== undefined && { 'xl/styles.xml': `<styleSheet>${styles}</styleSheet>` }),
    ...Object.fromEntries(
      names.map((name, at) => [`xl/worksheets/sheet${at + 1}.xml`, `<worksheet>${sheets[name]}</worksheet>`]),
    ),
    ...parts,
  });
}

/** For tests: one sheet of texts. */
export function plainWorkbook(rows: readonly (readonly string[])[], name = 'Sheet1'): Promise<Buffer> {
  const xml = rows
    .map(
      (cells) => `<row>${cells.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`,
    )
    .join('');
  return workbookOf({ sheets: { [name]: `<sheetData>${xml}</sheetData>` } });
}

function link(id: string, kind: string, target: string): string {
  return `<Relationship Id="${id}" Type="${office}/${kind}" Target="${target}"/>`;
}

function relationships(inner: string): string {
  return `<Relationships>${inner}</Relationships>`;
}
