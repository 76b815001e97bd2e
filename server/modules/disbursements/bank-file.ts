import iconv from 'iconv-lite';

/** What a bank file tells: who is paid how much to which card. Sums in fen. */
export interface BankFile {
  number: string;
  /** Day of release. */
  dayOn: string;
  totalFen: number;
  lines: readonly BankLine[];
}

interface BankLine {
  sequence: number;
  payeeName: string;
  card: string;
  amountFen: number;
  /** 用途, as it stands on the member's statement. */
  purpose: string;
  caseNumber: string;
}

/** Chinese banks read GB18030 (GBK and more), lines ended by CR LF. */
export const bankEncoding = 'gb18030';
const lineEnd = '\r\n';

/** `100.00`: banks want two decimals and no thousands separator. */
export const decimal = (fen: number) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, '0')}`;

const fullWidth: Record<string, string> = { '=': '＝', '+': '＋', '-': '－', '@': '＠' };

/** A name that a spreadsheet would take for a formula is written with the full-width sign; control characters go. */
function cell(text: string): string {
  const plain = text.replace(/\p{Cc}/gu, ' ').replace(/^[=+\-@]/, (sign) => fullWidth[sign] ?? sign);
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** The CSV: a head line with batch number, day, count and sum, the column names, one line per payment. */
export function csvFile(file: BankFile): Buffer {
  const day = file.dayOn.replaceAll('-', '');
  const head = [
    '批次号',
    file.number,
    '日期',
    day,
    '笔数',
    file.lines.length,
    '合计金额',
    decimal(file.totalFen),
  ];
  const rows = file.lines.map((line) =>
    [
      line.sequence,
      cell(line.payeeName),
      line.card,
      decimal(line.amountFen),
      cell(line.purpose),
      line.caseNumber,
    ].join(','),
  );
  const text = [head.join(','), '序号,户名,账号,金额,用途,业务编号', ...rows, ''].join(lineEnd);
  return iconv.encode(text, bankEncoding);
}

/** Bytes, not characters: a Chinese character is two (rarely four) of them. Cut between characters, filled with blanks. */
export function fixedText(text: string, bytes: number): Buffer {
  const parts: Buffer[] = [];
  let size = 0;
  for (const character of text.replace(/\p{Cc}/gu, ' ')) {
    const part = iconv.encode(character, bankEncoding);
    if (size + part.length > bytes) break;
    parts.push(part);
    size += part.length;
  }
  return Buffer.concat([...parts, Buffer.alloc(bytes - size, ' ')]);
}

export const fixedNumber = (value: number, digits: number) =>
  Buffer.from(String(value).padStart(digits, '0'));

/** Widths in bytes of a detail line: mark, sequence, name, card, amount in fen, purpose, case number. */
const widths = { sequence: 8, name: 60, card: 20, amount: 15, purpose: 60, caseNumber: 24 } as const;

/** The fixed-width file: `H` head line, then one `D` line per payment; amounts in fen with leading zeros. */
export function fixedFile(file: BankFile): Buffer {
  const end = Buffer.from(lineEnd);
  const head = [
    Buffer.from('H'),
    fixedText(file.number, 20),
    fixedText(file.dayOn.replaceAll('-', ''), 8),
    fixedNumber(file.lines.length, 8),
    fixedNumber(file.totalFen, 15),
    end,
  ];
  const rows = file.lines.flatMap((line) => [
    Buffer.from('D'),
    fixedNumber(line.sequence, widths.sequence),
    fixedText(line.payeeName, widths.name),
    fixedText(line.card, widths.card),
    fixedNumber(line.amountFen, widths.amount),
    fixedText(line.purpose, widths.purpose),
    fixedText(line.caseNumber, widths.caseNumber),
    end,
  ]);
  return Buffer.concat([...head, ...rows]);
}
