import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

interface Cruise {
  summary: { totalCruised: number; violations: { rule: { name: string }; from: string; to: string }[] };
}

function cruise(): Cruise['summary'] {
  const words = [
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
    'server',
    'packages',
    'catalogue',
  ];
  try {
    const text = execFileSync('node_modules/.bin/depcruise', words, {
      cwd: root,
      maxBuffer: 256 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return (JSON.parse(text.toString()) as Cruise).summary;
  } catch (error) {
    // It exits with the number of violations; the report is on its output all the same.
    return (JSON.parse((error as { stdout: Buffer }).stdout.toString()) as Cruise).summary;
  }
}

const planted = `${root}/server/modules/accounts/planted-violation.ts`;
afterEach(() => rmSync(planted, { force: true }));

it('sees the whole house and finds nothing leaning the wrong way', () => {
  const { totalCruised, violations } = cruise();
  // A floor: a tool that sees nothing finds nothing wrong.
  expect(totalCruised).toBeGreaterThan(250);
  expect(violations.map((one) => `${one.rule.name}: ${one.from} → ${one.to}`)).toEqual([]);
});

it('catches a planted violation', () => {
  mkdirSync(`${root}/server/modules/accounts`, { recursive: true });
  writeFileSync(planted, "export { closeCase } from '../cases/close-case.ts';\n");
  const names = cruise()
    .violations.filter((one) => one.from.includes('planted-violation'))
    .map((one) => one.rule.name);
  expect(names).toContain('accounts-looks-left');
  expect(names).toContain('front-door-only');
});
