import type { contract, ReplyOf } from '@smart-union/contract';
import { yuan } from './ledger.ts';
import type { ReturnFile, ReturnRow } from './return-file.ts';

type ExceptionKind = ReplyOf<typeof contract.disbursements.listExceptions>['items'][number]['kind'];

/** A line of the batch as it stands before the file. */
export interface LineState {
  sequence: number;
  paymentId: string;
  caseNumber: string;
  amountFen: number;
  result: 'pending' | 'ok' | 'rejected' | 'exception';
}

export interface Found {
  kind: ExceptionKind;
  /** What does not fit, and what to do. */
  text: string;
  rowNumber: number | null;
  /** Null where no line of the batch is meant. */
  line: LineState | null;
  amountFen: number | null;
}

/** What a return file means. Every row is settled, failed, or one exception; nothing is absorbed. */
export interface Judgement {
  settled: LineState[];
  failed: { line: LineState; reason: string }[];
  /** Lines whose result is in doubt: nobody books them until it is cleared. */
  doubtful: LineState[];
  /** Lines once refused that the bank now calls paid: not to be paid again until it is cleared. */
  held: LineState[];
  exceptions: Found[];
}

const found = (kind: ExceptionKind, row: ReturnRow, line: LineState | null, text: string): Found => ({
  kind,
  text,
  rowNumber: row.rowNumber,
  line,
  amountFen: row.amountFen,
});

const outcomeWords = (ok: boolean) => (ok ? '成功' : '失败');

const sameResult = (one: ReturnRow, other: ReturnRow) =>
  one.ok === other.ok && one.amountFen === other.amountFen;

class Judge {
  readonly judgement: Judgement = { settled: [], failed: [], doubtful: [], held: [], exceptions: [] };

  add(...exceptions: Found[]): void {
    this.judgement.exceptions.push(...exceptions);
  }

  /** The rows of one line of the batch. The same thing said twice counts once; two different things count as none. */
  line(line: LineState, rows: readonly ReturnRow[]): void {
    const [first, ...rest] = rows as [ReturnRow, ...ReturnRow[]];
    if (rest.some((row) => !sameResult(row, first))) {
      for (const row of rows) {
        const text = `第 ${line.sequence} 笔在同一份回盘文件里有不同的结果，请向银行核实。`;
        this.add(found('contradiction', row, line, text));
      }
      this.doubt(line);
      return;
    }
    for (const row of rest)
      this.add(found('duplicate', row, line, `第 ${line.sequence} 笔在回盘文件里重复出现，只记一次。`));
    this.row(line, first);
  }

  row(line: LineState, row: ReturnRow): void {
    if (row.ok === null) {
      this.add(found('unknown', row, line, `第 ${line.sequence} 笔的结果看不懂，请向银行核实。`));
      this.doubt(line);
    } else if (row.amountFen !== line.amountFen) {
      const told = row.amountFen === null ? '看不懂的金额' : `${yuan(row.amountFen)} 元`;
      const text = `第 ${line.sequence} 笔应付 ${yuan(line.amountFen)} 元，回盘写的是${told}，请向银行核实。`;
      this.add(found('wrong-amount', row, line, text));
      this.doubt(line);
    } else if (line.result === 'ok' || line.result === 'rejected') {
      this.again(line, row, row.ok);
    } else if (row.ok) {
      this.judgement.settled.push(line);
    } else {
      this.judgement.failed.push({ line, reason: row.reason || '银行没有写明原因' });
    }
  }

  /** A second result for a line that has one already. */
  again(line: LineState, row: ReturnRow, ok: boolean): void {
    const before = line.result === 'ok';
    if (before === ok) {
      const text = `第 ${line.sequence} 笔以前已回盘「${outcomeWords(before)}」，这次没有重复记账。`;
      this.add(found('duplicate', row, line, text));
      return;
    }
    const text = `第 ${line.sequence} 笔以前回盘「${outcomeWords(before)}」，这次却是「${outcomeWords(ok)}」，请向银行核实${ok ? '，核实前不要再付' : ''}。`;
    this.add(found('contradiction', row, line, text));
    if (ok) this.judgement.held.push(line);
  }

  doubt(line: LineState): void {
    if (line.result === 'pending' || line.result === 'exception') this.judgement.doubtful.push(line);
  }
}

function orderFault(file: ReturnFile, lastRead: number): Found | null {
  if (file.number === lastRead + 1) return null;
  const text =
    file.number > lastRead
      ? `这是第 ${file.number} 份回盘文件，第 ${lastRead + 1} 份还没有收到，请向银行索取。`
      : `第 ${file.number} 份回盘文件以前读过，这次内容不同，请向银行核实以哪份为准。`;
  return { kind: 'out-of-order', text, rowNumber: null, line: null, amountFen: null };
}

/** Compares a return file with the lines of its batch. Pure; `lastRead` is the number of the newest file read before. */
export function judgeReturn(lines: readonly LineState[], file: ReturnFile, lastRead: number): Judgement {
  const judge = new Judge();
  const disorder = orderFault(file, lastRead);
  if (disorder) judge.add(disorder);
  const bySequence = new Map(lines.map((line) => [line.sequence, line]));
  const rowsOf = new Map<LineState, ReturnRow[]>();
  for (const row of file.rows) {
    const line = row.sequence === null ? undefined : bySequence.get(row.sequence);
    if (line && line.caseNumber === row.caseNumber) {
      rowsOf.set(line, [...(rowsOf.get(line) ?? []), row]);
    } else {
      const named = `${row.sequence ?? '?'}、${row.caseNumber || '?'}`;
      judge.add(found('unknown', row, null, `批次里没有这一笔（序号、业务编号：${named}），请向银行核实。`));
    }
  }
  for (const [line, rows] of rowsOf) judge.line(line, rows);
  if (file.last) {
    for (const line of lines) {
      if (line.result !== 'pending' || rowsOf.has(line)) continue;
      const text = `末次回盘文件里没有第 ${line.sequence} 笔的结果，请向银行索取。`;
      judge.add({ kind: 'missing', text, rowNumber: null, line, amountFen: null });
      judge.doubt(line);
    }
  }
  return judge.judgement;
}
