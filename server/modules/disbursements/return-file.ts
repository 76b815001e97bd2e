import iconv from 'iconv-lite';
import { DomainError } from '../../kernel/errors.ts';
import { bankEncoding, decimal, fixedNumber, fixedText } from './bank-file.ts';

/** One result as the bank wrote it; null where the text cannot be understood, which is an exception, never a guess. */
export interface ReturnRow {
  /** Line of the file, from 1, for the person who looks it up. */
  rowNumber: number;
  sequence: number | null;
  caseNumber: string;
  amountFen: number | null;
  ok: boolean | null;
  /** The bank's words. */
  reason: string;
}

/**
 * A bank's return file (回盘). A batch may come back in several files, numbered from 1, the last one marked; whatever has
 * no result by then is missing.
 */
export interface ReturnFile {
  batchNumber: string;
  number: number;
  last: boolean;
  rows: readonly ReturnRow[];
}

const unreadable = (reason: string, reasonEn: string) =>
  new DomainError('return-unreadable', { reason, reasonEn });

const empty = () =>
  unreadable(
    '文件是空的。请重新从银行下载后再导入。',
    'it is empty. Please download it from the bank again.',
  );

function textOf(bytes: Buffer): string {
  if (bytes.length === 0) throw empty();
  if (bytes.subarray(0, 2).toString() === 'PK')
    throw unreadable(
      '这是 Excel 或压缩文件。请导入银行给的 .csv 或 .txt 回盘文件。',
      'it is an Excel or zip file. Please import the .csv or .txt the bank gave you.',
    );
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return iconv.decode(bytes, bankEncoding);
  }
}

/** Cells of a CSV line; a quoted cell may hold commas and doubled quotes. */
function cellsOf(line: string): string[] {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))(?=,|$)/g)];
  return cells.map(([, quoted, plain]) => (quoted?.replaceAll('""', '"') ?? plain ?? '').trim());
}

const wholeNumber = (text: string | undefined) =>
  text !== undefined && /^\d{1,15}$/.test(text.trim()) ? Number(text) : null;

function fenFrom(text: string | undefined): number | null {
  const match = /^(\d{1,11})(?:\.(\d{1,2}))?$/.exec(text?.trim() ?? '');
  return match ? Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0')) : null;
}

/** A map: `constructor` in the bank's column is no outcome, though every object has something of that name. */
const outcomes: ReadonlyMap<string, boolean> = new Map([
  ['成功', true],
  ['00', true],
  ['失败', false],
  ['99', false],
]);

function csvReturn(lines: readonly string[]): ReturnFile {
  const head = cellsOf(lines[0] ?? '');
  const value = (name: string) => (head.includes(name) ? head[head.indexOf(name) + 1] : undefined);
  const rows = lines.slice(2).map((line, index): ReturnRow => {
    const [sequence, caseNumber = '', amount, result = '', reason = ''] = cellsOf(line);
    return {
      rowNumber: index + 3,
      sequence: wholeNumber(sequence),
      caseNumber,
      amountFen: fenFrom(amount),
      ok: outcomes.get(result) ?? null,
      reason,
    };
  });
  return whole(value('批次号'), value('回盘次序'), value('末次'), value('笔数'), rows);
}

/** Columns in bytes, so it is cut before it is decoded: `R` head, `D` details (see README). */
function fixedReturn(bytes: Buffer): ReturnFile {
  const decode = (part: Buffer) => iconv.decode(part, bankEncoding).trim();
  const lines: Buffer[] = [];
  for (let from = 0; from < bytes.length;) {
    const end = bytes.indexOf('\n', from);
    const to = end < 0 ? bytes.length : end;
    lines.push(bytes.subarray(from, to));
    from = to + 1;
  }
  const filled = lines.filter((line) => decode(line) !== '');
  const head = filled[0]!;
  const part = (line: Buffer, from: number, width: number) => decode(line.subarray(from, from + width));
  const rows = filled.slice(1).map((line, index): ReturnRow => {
    const detail = part(line, 0, 1) === 'D';
    return {
      rowNumber: index + 2,
      sequence: detail ? wholeNumber(part(line, 1, 8)) : null,
      caseNumber: part(line, 9, 24),
      amountFen: wholeNumber(part(line, 33, 15)),
      ok: outcomes.get(part(line, 48, 2)) ?? null,
      reason: part(line, 50, 60),
    };
  });
  return whole(part(head, 1, 20), part(head, 29, 4), part(head, 33, 1), part(head, 34, 8), rows);
}

/** Checks that the head says what the file is and that none of its rows is lost: a file cut short is not read at all. */
function whole(
  batchNumber: string | undefined,
  number: string | undefined,
  last: string | undefined,
  count: string | undefined,
  rows: readonly ReturnRow[],
): ReturnFile {
  const ordinal = wholeNumber(number);
  const isLast = { 是: true, Y: true, 否: false, N: false }[last ?? ''];
  if (!batchNumber || !ordinal || isLast === undefined)
    throw unreadable(
      '第一行应有批次号、回盘次序和末次标志。请确认导入的是银行的回盘文件。',
      'its first line does not name the batch, the number of the file and whether it is the last. Please check that it is the bank’s return file.',
    );
  const declared = wholeNumber(count);
  if (declared !== rows.length)
    throw unreadable(
      `第一行写明 ${declared ?? '?'} 笔，实际有 ${rows.length} 笔，文件不完整。请重新下载。`,
      `its first line announces ${declared ?? '?'} payments, but there are ${rows.length}. Please download it again.`,
    );
  return { batchNumber, number: ordinal, last: isLast, rows };
}

/** Reads a return file, CSV or fixed width, GB18030 or UTF-8. Throws `return-unreadable` with what to do. */
export function readReturnFile(bytes: Buffer): ReturnFile {
  const text = textOf(bytes).replace(/^\uFEFF/, '');
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (lines.length === 0) throw empty();
  return /^R(?!,)/.test(lines[0] ?? '') ? fixedReturn(bytes) : csvReturn(lines);
}

const yes = (last: boolean, words: readonly [string, string]) => (last ? words[0] : words[1]);

/** The CSV a bank would send. For the demonstration bank and tests. */
export function csvReturnFile(file: ReturnFile, dayOn: string): Buffer {
  const head = ['批次号', file.batchNumber, '回盘日期', dayOn.replaceAll('-', ''), '回盘次序', file.number];
  const rows = file.rows.map((row) =>
    [
      row.sequence ?? '',
      row.caseNumber,
      decimal(row.amountFen ?? 0),
      row.ok ? '成功' : '失败',
      row.reason,
    ].join(','),
  );
  const first = [...head, '末次', yes(file.last, ['是', '否']), '笔数', file.rows.length].join(',');
  const text = [first, '序号,业务编号,金额,结果,原因', ...rows, ''].join('\r\n');
  return iconv.encode(text, bankEncoding);
}

/** The same in fixed width. */
export function fixedReturnFile(file: ReturnFile, dayOn: string): Buffer {
  const head = [
    Buffer.from('R'),
    fixedText(file.batchNumber, 20),
    fixedText(dayOn.replaceAll('-', ''), 8),
    fixedNumber(file.number, 4),
    Buffer.from(yes(file.last, ['Y', 'N'])),
    fixedNumber(file.rows.length, 8),
    Buffer.from('\r\n'),
  ];
  const rows = file.rows.flatMap((row) => [
    Buffer.from('D'),
    fixedNumber(row.sequence ?? 0, 8),
    fixedText(row.caseNumber, 24),
    fixedNumber(row.amountFen ?? 0, 15),
    Buffer.from(yes(row.ok === true, ['00', '99'])),
    fixedText(row.reason, 60),
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([...head, ...rows]);
}
