/**
 * What can be wrong with a spreadsheet as a file (not with its rows). Each code has one text, Chinese and English, that
 * says what happened and what to do next; `kernel/errors` passes it on unchanged.
 */
export interface SheetErrorParams {
  /** A limit that was passed, e.g. the number of rows allowed. */
  limit?: number;
  /** Where it happened, as the person sees it in Excel. */
  sheet?: string;
  row?: number;
  /** Names as the person reads them: column titles, or what the file really is. */
  names?: readonly string[];
}

const texts = {
  'sheet-empty': () => [
    '这个文件是空的（0 字节）。请在 Excel 或 WPS 里重新保存后再上传。',
    'The file is empty (0 bytes). Please save it again in Excel or WPS and upload it.',
  ],
  'sheet-too-large': (p) => [
    `文件太大，超过 ${p.limit ?? 20} MB。请删去图片和无关的工作表，或分成几个文件上传。`,
    `The file is larger than ${p.limit ?? 20} MB. Please remove pictures and sheets not needed, or split it.`,
  ],
  'sheet-not-a-sheet': (p) => [
    `这不是表格，而是${p.names?.join('、') ?? '别的文件'}。请上传 Excel 文件（.xlsx）或 CSV 文件。`,
    `This is not a spreadsheet but ${kindsEn(p.names)}. Please upload an Excel (.xlsx) or CSV file.`,
  ],
  'sheet-old-excel': () => [
    '这是旧版 Excel 文件（.xls）。请用 Excel 或 WPS 打开，选「另存为」→「Excel 工作簿（.xlsx）」后再上传。',
    'This is an old Excel file (.xls). Please open it in Excel or WPS, save it as an Excel workbook (.xlsx) and upload that.',
  ],
  'sheet-other-format': (p) => [
    `这是${p.names?.join('、') ?? '其他格式'}。请打开后选「另存为」→「Excel 工作簿（.xlsx）」再上传。`,
    `This is ${kindsEn(p.names)}. Please open it, save it as an Excel workbook (.xlsx) and upload that.`,
  ],
  'sheet-zipped': () => [
    '表格在压缩包里。请先解压，再上传里面的 Excel 或 CSV 文件。',
    'The spreadsheet is in an archive. Please unpack it and upload the Excel or CSV file inside.',
  ],
  'sheet-encrypted': () => [
    '文件设了打开密码。请在 Excel 或 WPS 里取消密码、保存后再上传。',
    'The file has a password. Please remove it in Excel or WPS, save, and upload again.',
  ],
  'sheet-damaged': (p) =>
    p.row === undefined
      ? [
          '文件不完整或已损坏，可能没有传完。请用 Excel 或 WPS 打开检查，另存为 .xlsx 后再上传。',
          'The file is incomplete or damaged. Please open it in Excel or WPS, check it, and save it as .xlsx.',
        ]
      : [
          `第 ${p.row} 行的引号没有成对，后面的内容无法分清。请在 Excel 里打开检查，另存为 .xlsx 后再上传。`,
          `The quotes in row ${p.row} do not pair, so what follows cannot be told apart. Please check it in Excel and save it as .xlsx.`,
        ],
  'sheet-zip-bomb': () => [
    '文件解开后大得不正常，为安全起见没有读取。请把内容复制到新的 Excel 文件里再上传。',
    'The file unpacks to an abnormal size and was not read, for safety. Please copy its content into a new Excel file.',
  ],
  'sheet-nested-zip': () => [
    '表格里嵌了别的文件。请把内容复制到新的 Excel 文件里（不带附件和嵌入对象）再上传。',
    'Other files are embedded in the spreadsheet. Please copy its content into a new Excel file without attachments.',
  ],
  'sheet-unsafe': () => [
    '文件的内部结构不正常，为安全起见没有读取。请把内容复制到新的 Excel 文件里再上传。',
    'The file is built abnormally and was not read, for safety. Please copy its content into a new Excel file.',
  ],
  'sheet-too-many-sheets': (p) => [
    `工作表太多，最多 ${p.limit} 张。请只留下要导入的工作表，另存后再上传。`,
    `There are more than ${p.limit} sheets. Please keep only those to be imported and upload again.`,
  ],
  'sheet-too-many-rows': (p) => [
    `表格超过 ${p.limit} 行。请分成几个文件，一个一个上传。`,
    `There are more than ${p.limit} rows. Please split the file and upload the parts one by one.`,
  ],
  'sheet-too-many-columns': (p) => [
    `工作表「${p.sheet}」第 ${p.row} 行超过 ${p.limit} 列。请删去无关的列后再上传。`,
    `Sheet “${p.sheet}”, row ${p.row} has more than ${p.limit} columns. Please remove those not needed.`,
  ],
  'sheet-too-many-cells': () => [
    '表格里的内容太多，一次读不完。请分成几个文件，一个一个上传。',
    'There is too much in the file to read at once. Please split it and upload the parts one by one.',
  ],
  'sheet-too-many-merges': (p) => [
    `工作表「${p.sheet}」里合并的单元格太多。请全选后取消「合并单元格」，再上传。`,
    `Sheet “${p.sheet}” has too many merged cells. Please select all, unmerge, and upload again.`,
  ],
  'sheet-cell-too-long': (p) => [
    `工作表「${p.sheet}」第 ${p.row} 行有一格文字太长（超过 ${p.limit} 字）。请改短后再上传。`,
    `Sheet “${p.sheet}”, row ${p.row} has a cell of more than ${p.limit} characters. Please shorten it.`,
  ],
  'sheet-too-slow': () => [
    '这个文件读了太久，已经停下，没有导入任何内容。请分成几个小文件再上传。',
    'The file took too long to read; nothing was imported. Please split it into smaller files.',
  ],
  'sheet-interrupted': () => [
    '读到一半被中断，没有导入任何内容。请再上传一次；如果还是这样，请分成几个小文件上传。',
    'Reading was interrupted; nothing was imported. Please upload again; if it stays so, split the file.',
  ],
  'sheet-garbled': () => [
    '文字已成乱码（编码在保存时被弄错）。请找到没有乱码的原文件，用 Excel 或 WPS 另存为 .xlsx 后再上传。',
    'The text is garbled: its encoding was spoilt when it was saved. Please find the file as it was before and save it as .xlsx.',
  ],
  'sheet-unknown-encoding': () => [
    '认不出文件的文字编码。请用 Excel 或 WPS 打开，确认文字正常，另存为 .xlsx 后再上传。',
    'The encoding of the file is unknown. Please open it in Excel or WPS, check the text, and save it as .xlsx.',
  ],
  'sheet-no-rows': () => [
    '表格里没有内容。请确认填好并保存后再上传。',
    'There is nothing in the file. Please check that it is filled in and saved.',
  ],
  'sheet-header-missing': (p) => [
    `没有找到表头。前 15 行里要有一行写明列名，至少包括${quoted(p.names)}。请对照模板检查是不是传错了表。`,
    `No heading was found. One of the first 15 rows must name the columns, at least ${quotedEn(p.names)}. Please compare with the template.`,
  ],
  'sheet-column-missing': (p) => [
    `工作表「${p.sheet}」第 ${p.row} 行的表头里缺少${quoted(p.names)}列。请补上这一列后再上传。`,
    `Sheet “${p.sheet}”, row ${p.row}: the heading lacks ${quotedEn(p.names)}. Please add the column and upload again.`,
  ],
  'sheet-no-data': () => [
    '找到了表头，但下面没有要导入的行。请填好后再上传。',
    'The heading was found, but no rows below it. Please fill them in and upload again.',
  ],
} satisfies Record<string, (params: SheetErrorParams) => readonly [zh: string, en: string]>;

export type SheetErrorCode = keyof typeof texts;

export const sheetErrorCodes = Object.keys(texts) as SheetErrorCode[];

/** A spreadsheet that cannot be read. `message` and `zh` are the same Chinese text, `en` the English one; fit to show as they are. */
export class SheetError extends Error {
  readonly code: SheetErrorCode;
  readonly params: SheetErrorParams;
  readonly zh: string;
  readonly en: string;

  constructor(code: SheetErrorCode, params: SheetErrorParams = {}, options?: ErrorOptions) {
    const [zh, en] = texts[code](params);
    super(zh, options);
    this.name = 'SheetError';
    this.code = code;
    this.params = params;
    this.zh = zh;
    this.en = en;
  }
}

function quoted(names: readonly string[] = []): string {
  return names.map((name) => `「${name}」`).join('');
}

/** What a file may really be, as `sniff` names it. */
const english: Record<string, string> = {
  'PDF 文件': 'a PDF file',
  图片: 'a picture',
  图片或视频: 'a picture or video',
  '压缩包（RAR）': 'an archive (RAR)',
  '压缩包（7z）': 'an archive (7z)',
  '压缩包（gzip）': 'an archive (gzip)',
  程序: 'a program',
  数据库文件: 'a database file',
  'Word 文档': 'a Word document',
  'XML 表格': 'an XML table',
  网页格式的表格: 'a table saved as a web page',
  程序或数据文件: 'a program or data file',
  '二进制 Excel 文件（.xlsb）': 'a binary Excel file (.xlsb)',
  演示文稿: 'a presentation',
  '开放文档表格（.ods）': 'an OpenDocument sheet (.ods)',
  '苹果 Numbers 表格': 'an Apple Numbers sheet',
  压缩包: 'an archive',
};

const kindsEn = (names: readonly string[] = []): string =>
  names.map((name) => english[name.trim()] ?? name.trim()).join(', ') || 'another kind of file';

const quotedEn = (names: readonly string[] = []): string => names.map((name) => `“${name}”`).join(', ');
