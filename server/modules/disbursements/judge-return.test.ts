import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeReturn, type LineState } from './judge-return.ts';
import {
  csvReturnFile,
  fixedReturnFile,
  readReturnFile,
  type ReturnFile,
  type ReturnRow,
} from './return-file.ts';

const caseOf = (sequence: number) => `HA2026-${String(sequence).padStart(6, '0')}`;
const results = ['pending', 'pending', 'pending', 'ok', 'rejected', 'exception'] as const;

const batchLines = fc
  .array(
    fc.record({ amountFen: fc.integer({ min: 1, max: 10_000_000 }), result: fc.constantFrom(...results) }),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  .map((all): LineState[] =>
    all.map((line, index) => ({
      ...line,
      sequence: index + 1,
      paymentId: `p${index + 1}`,
      caseNumber: caseOf(index + 1),
    })),
  );

/** What may be wrong with a row of the bank's. */
const faults = [
  'none',
  'none',
  'none',
  'amount',
  'unknown',
  'case',
  'twice',
  'contradicting',
  'left-out',
] as const;

const generated = batchLines.chain((lines) =>
  fc.record({
    lines: fc.constant(lines),
    rows: fc.tuple(
      ...lines.map((line) =>
        fc
          .record({ fault: fc.constantFrom(...faults), ok: fc.boolean() })
          .map(({ fault, ok }): ReturnRow[] => {
            const row = {
              rowNumber: 0,
              sequence: line.sequence,
              caseNumber: line.caseNumber,
              amountFen: line.amountFen,
              ok,
              reason: ok ? '' : '账户已销户',
            };
            switch (fault) {
              case 'none':
                return [row];
              case 'amount':
                return [{ ...row, amountFen: line.amountFen + 1 }];
              case 'unknown':
                return [{ ...row, sequence: line.sequence + 1000 }];
              case 'case':
                return [{ ...row, caseNumber: 'ZZ2026-000001' }];
              case 'twice':
                return [row, row];
              case 'contradicting':
                return [row, { ...row, ok: !ok, reason: ok ? '账户已销户' : '' }];
              case 'left-out':
                return [];
            }
          }),
      ),
    ),
    seed: fc.integer(),
    number: fc.integer({ min: 1, max: 3 }),
    last: fc.boolean(),
    lastRead: fc.integer({ min: 0, max: 2 }),
    fixed: fc.boolean(),
  }),
);

/** The generated rows in another order, numbered as they stand in the file. */
function fileOf(
  rows: readonly ReturnRow[],
  seed: number,
  part: Pick<ReturnFile, 'number' | 'last'>,
  fixed: boolean,
) {
  const mixed = rows
    .map((row, index) => ({ row, key: Math.abs(Math.sin(seed + index)) }))
    .toSorted((a, b) => a.key - b.key)
    .map(({ row }, index) => ({ ...row, rowNumber: index + (fixed ? 2 : 3) }));
  return { batchNumber: 'PB20261124-0001', ...part, rows: mixed };
}

describe('1,000 generated return files', () => {
  it('settle, fail or queue every row and every missing line, in both formats', () => {
    const seen = { settled: 0, failed: 0, exceptions: 0 };
    fc.assert(
      fc.property(generated, ({ lines, rows, seed, number, last, lastRead, fixed }) => {
        const written = fileOf(rows.flat(), seed, { number, last }, fixed);
        const bytes = (fixed ? fixedReturnFile : csvReturnFile)(written, '2026-11-25');
        const file = readReturnFile(bytes);
        expect(file).toEqual(written);
        const { settled, failed, doubtful, held, exceptions } = judgeReturn(lines, file, lastRead);
        const queued = exceptions.filter((one) => one.rowNumber !== null).map((one) => one.rowNumber);
        // No row is absorbed and none counts twice.
        expect(settled.length + failed.length + new Set(queued).size).toBe(file.rows.length);
        expect(new Set(queued).size).toBe(queued.length);
        const booked = [...settled, ...failed.map(({ line }) => line)];
        expect(new Set(booked).size).toBe(booked.length);
        for (const line of booked) {
          expect(['pending', 'exception']).toContain(line.result);
          const said = file.rows.filter(
            (row) => row.sequence === line.sequence && row.caseNumber === line.caseNumber,
          );
          for (const row of said) {
            expect(row.amountFen).toBe(line.amountFen);
            expect(row.ok).toBe(settled.includes(line));
          }
        }
        for (const line of lines) {
          const said = file.rows.filter(
            (row) => row.sequence === line.sequence && row.caseNumber === line.caseNumber,
          );
          const missing = exceptions.some((one) => one.kind === 'missing' && one.line === line);
          expect(missing).toBe(last && line.result === 'pending' && said.length === 0);
          if (doubtful.includes(line)) expect(booked).not.toContain(line);
        }
        for (const line of held) expect(line.result).toBe('rejected');
        expect(exceptions.some((one) => one.kind === 'out-of-order')).toBe(number !== lastRead + 1);
        seen.settled += settled.length;
        seen.failed += failed.length;
        seen.exceptions += exceptions.length;
      }),
      { numRuns: 1000 },
    );
    // The generator does reach every outcome, or the property would prove little.
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(500);
  });
});

describe('a return file', () => {
  const good: ReturnFile = {
    batchNumber: 'PB20261124-0001',
    number: 1,
    last: true,
    rows: [
      { rowNumber: 3, sequence: 1, caseNumber: caseOf(1), amountFen: 10_000, ok: false, reason: '户名不符' },
    ],
  };
  const bytes = csvReturnFile(good, '2026-11-25');

  it('may be UTF-8 with a byte order mark as well as GB18030', () => {
    const text = new TextDecoder('gb18030').decode(bytes);
    expect(readReturnFile(Buffer.from(`\uFEFF${text}`))).toEqual(good);
    expect(readReturnFile(bytes)).toEqual(good);
  });

  it.each([
    ['nothing at all', Buffer.alloc(0), '空'],
    ['blank lines', Buffer.from('\r\n\r\n'), '空'],
    ['an Excel file', Buffer.from('PK\u0003\u0004…'), 'Excel'],
    [
      'our own bank file',
      Buffer.from('批次号,PB1,日期,20261124,笔数,1,合计金额,1.00\n序号,户名\n1,a'),
      '回盘次序',
    ],
    ['a photo', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 1, 2, 3]), '回盘'],
    [
      'a file cut short',
      Buffer.from('批次号,PB1,回盘日期,20261125,回盘次序,1,末次,是,笔数,2\n序号\n1,A,1.00,成功,'),
      '不完整',
    ],
  ])('that is %s is refused with what to do', (_what, content, words) => {
    expect(() => readReturnFile(content)).toThrowError(
      expect.objectContaining({
        code: 'return-unreadable',
        values: { reason: expect.stringContaining(words), reasonEn: expect.stringMatching(/^[a-z]/) },
      }) as Error,
    );
  });

  it.each(['', '成 功', 'constructor', '__proto__'])('takes %j for no outcome', (result) => {
    const lines = `批次号,PB1,回盘日期,20261125,回盘次序,1,末次,是,笔数,1\n序号\n1,A,1.00,${result},`;
    expect(readReturnFile(Buffer.from(lines)).rows.map(({ ok }) => ok)).toEqual([null]);
  });

  it('with a result nobody understands puts the line in doubt', () => {
    const line: LineState = {
      sequence: 1,
      paymentId: 'p',
      caseNumber: caseOf(1),
      amountFen: 10_000,
      result: 'pending',
    };
    const odd = { ...good, rows: [{ ...good.rows[0]!, ok: null }] };
    expect(judgeReturn([line], odd, 0)).toMatchObject({
      doubtful: [line],
      exceptions: [{ kind: 'unknown' }],
    });
  });
});
