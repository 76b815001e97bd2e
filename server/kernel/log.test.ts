import { expect, it, vi } from 'vitest';
import { gatheringOutput } from './log.ts';

const line = (level: number, text: string) => `{"level":${level},"msg":"${text}"}\n`;

it('writes lines together and in order, urgent ones and the last at once, none twice', () => {
  vi.useFakeTimers();
  try {
    const written: string[] = [];
    const output = gatheringOutput((text) => void written.push(text));
    for (const text of ['a', 'b']) output.write(line(30, text));
    expect(written).toEqual([]);
    vi.advanceTimersByTime(1000);
    expect(written).toEqual([line(30, 'a') + line(30, 'b')]);
    output.write(line(30, 'c'));
    output.write(line(50, 'd'));
    expect(written.at(-1)).toBe(line(30, 'c') + line(50, 'd'));
    output.write(line(30, 'x'.repeat(20_000)));
    expect(written).toHaveLength(3);
    output.write(line(30, 'e'));
    output.end();
    output.end();
    output.write(line(30, 'f'));
    vi.advanceTimersByTime(1000);
    expect(written.slice(3)).toEqual([line(30, 'e'), line(30, 'f')]);
  } finally {
    vi.useRealTimers();
  }
});
