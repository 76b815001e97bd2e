/**
 * What can be wrong with a spreadsheet as a file (not with its rows). Each code has one Chinese text that says what
 * happened and what to do next; `kernel/errors` passes both on unchanged.
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
  'sheet-empty': () => '这个文件是空的（0 字节）。请在 Excel 或 WPS 里重新保存后再上传。',
  'sheet-too-large': (p) =>
    `文件太大，超过 ${p.limit ?? 20} MB。请删去图片和无关的工作表，或分成几个文件上传。`,
  'sheet-not-a-sheet': (p) =>
    `这不是表格，而是${p.names?.join('、') ?? '别的文件'}。请上传 Excel 文件（.xlsx）或 CSV 文件。`,
  'sheet-old-excel': () =>
    '这是旧版 Excel 文件（.xls）。请用 Excel 或 WPS 打开，选「另存为」→「Excel 工作簿（.xlsx）」后再上传。',
  'sheet-other-format': (p) =>
    `这是${p.names?.join('、') ?? '其他格式'}。请打开后选「另存为」→「Excel 工作簿（.xlsx）」再上传。`,
  'sheet-zipped': () => '表格在压缩包里。请先解压，再上传里面的 Excel 或 CSV 文件。',
  'sheet-encrypted': () => '文件设了打开密码。请在 Excel 或 WPS 里取消密码、保存后再上传。',
  'sheet-damaged': (p) =>
    p.row === undefined
      ? '文件不完整或已损坏，可能没有传完。请用 Excel 或 WPS 打开检查，另存为 .xlsx 后再上传。'
      : `第 ${p.row} 行的引号没有成对，后面的内容无法分清。请在 Excel 里打开检查，另存为 .xlsx 后再上传。`,
  'sheet-zip-bomb': () => '文件解开后大得不正常，为安全起见没有读取。请把内容复制到新的 Excel 文件里再上传。',
  'sheet-nested-zip': () =>
    '表格里嵌了别的文件。请把内容复制到新的 Excel 文件里（不带附件和嵌入对象）再上传。',
  'sheet-unsafe': () => '文件的内部结构不正常，为安全起见没有读取。请把内容复制到新的 Excel 文件里再上传。',
  'sheet-too-many-sheets': (p) => `工作表太多，最多 ${p.limit} 张。请只留下要导入的工作表，另存后再上传。`,
  'sheet-too-many-rows': (p) => `表格超过 ${p.limit} 行。请分成几个文件，一个一个上传。`,
  'sheet-too-many-columns': (p) =>
    `工作表「${p.sheet}」第 ${p.row} 行超过 ${p.limit} 列。请删去无关的列后再上传。`,
  'sheet-too-many-cells': () => '表格里的内容太多，一次读不完。请分成几个文件，一个一个上传。',
  'sheet-too-many-merges': (p) =>
    `工作表「${p.sheet}」里合并的单元格太多。请全选后取消「合并单元格」，再上传。`,
  'sheet-cell-too-long': (p) =>
    `工作表「${p.sheet}」第 ${p.row} 行有一格文字太长（超过 ${p.limit} 字）。请改短后再上传。`,
  'sheet-too-slow': () => '这个文件读了太久，已经停下，没有导入任何内容。请分成几个小文件再上传。',
  'sheet-interrupted': () =>
    '读到一半被中断，没有导入任何内容。请再上传一次；如果还是这样，请分成几个小文件上传。',
  'sheet-garbled': () =>
    '文字已成乱码（编码在保存时被弄错）。请找到没有乱码的原文件，用 Excel 或 WPS 另存为 .xlsx 后再上传。',
  'sheet-unknown-encoding': () =>
    '认不出文件的文字编码。请用 Excel 或 WPS 打开，确认文字正常，另存为 .xlsx 后再上传。',
  'sheet-no-rows': () => '表格里没有内容。请确认填好并保存后再上传。',
  'sheet-header-missing': (p) =>
    `没有找到表头。前 15 行里要有一行写明列名，至少包括${quoted(p.names)}。请对照模板检查是不是传错了表。`,
  'sheet-column-missing': (p) =>
    `工作表「${p.sheet}」第 ${p.row} 行的表头里缺少${quoted(p.names)}列。请补上这一列后再上传。`,
  'sheet-no-data': () => '找到了表头，但下面没有要导入的行。请填好后再上传。',
} satisfies Record<string, (params: SheetErrorParams) => string>;

export type SheetErrorCode = keyof typeof texts;

export const sheetErrorCodes = Object.keys(texts) as SheetErrorCode[];

/** A spreadsheet that cannot be read. `message` and `zh` are the same Chinese text, fit to show as it is. */
export class SheetError extends Error {
  readonly code: SheetErrorCode;
  readonly params: SheetErrorParams;
  readonly zh: string;

  constructor(code: SheetErrorCode, params: SheetErrorParams = {}, options?: ErrorOptions) {
    const zh = texts[code](params);
    super(zh, options);
    this.name = 'SheetError';
    this.code = code;
    this.params = params;
    this.zh = zh;
  }
}

function quoted(names: readonly string[] = []): string {
  return names.map((name) => `「${name}」`).join('');
}
