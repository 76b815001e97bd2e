import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { root } from '../database/template.ts';
import { seed } from './effort.ts';
import type { Round } from './round.ts';

const path = join(root, 'docs/evidence/faults.md');

/** Writes the table of the last whole run. */
export function writeEvidence(rounds: readonly Round[]): void {
  const names = [...new Set(rounds.map(({ nemesis }) => nemesis))];
  const lines = names.map((name) => {
    const mine = rounds.filter(({ nemesis }) => nemesis === name);
    const sum = (of: (round: Round) => number) => mine.reduce((total, round) => total + of(round), 0);
    const most = (of: (round: Round) => number) => Math.max(...mine.map(of)).toFixed(1);
    const found = (kind: string) => sum(({ findings }) => findings.filter((one) => one.kind === kind).length);
    const cells = [
      name,
      mine.length,
      sum(({ operations }) => operations),
      sum(({ acknowledged }) => acknowledged),
      sum(({ unknown }) => unknown),
      found('lost'),
      found('double'),
      found('broken'),
      most(({ recoverySeconds }) => recoverySeconds),
      mine[0]!.mute ? '–' : most(({ longestSeconds }) => longestSeconds),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const text = `# Faults

Written by \`npm run faults\` on ${new Date().toISOString().slice(0, 10)} (seed ${seed}, ${cpus().length} cores). Members claim, cadres approve, batches are paid and money
comes in, over HTTP against the built server on a durable PostgreSQL, while one thing after another is harmed; afterwards everything people
were told, and every text message that reached a phone, is compared with everything that is stored. The checkers themselves are proved by
planted faults (\`tests/faults/planted.test.ts\`).

Unknown: told to try again, or nothing, and given up. Lost, double, broken: what the checkers found (0 is the bar). Recovery: from the end of
the fault until the server says it is ready and a deposit is acknowledged. Longest wait: for an answer of any kind; – where the server itself
was away. Seconds are the worst of the rounds and depend on what else the machine did (load average ${loadavg()[0]!.toFixed(0)}).

| nemesis | rounds | operations | acknowledged | unknown | lost | double | broken | recovery s | longest wait s |
|---|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}
`;
  writeFileSync(path, text);
}
