import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

function node(...args: string[]): { status: number | null; output: string; lastLine: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  return { status, output: stdout + stderr, lastLine: stdout.trimEnd().split('\n').at(-1) ?? '' };
}

test('npm test refuses a suite that does not exist, names the ones that do, and counts it as failed', () => {
  const result = node('scripts/test.mjs', 'no-such-suite');
  expect(result.status).toBe(1);
  expect(result.lastLine).toBe('0 passed, 1 failed');
  expect(result.output).toMatch(/format、lint、types.*journeys/);
});

test('the build refuses a target that does not exist and names the ones that do', () => {
  const result = node('scripts/build.mjs', 'no-such-target');
  expect(result.status).toBe(1);
  expect(result.output).toContain('server、admin、h5、weapp');
});

describe('what is built again', () => {
  let folder: string;
  const name = `test-${process.pid}`;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'smart-union-stale-'));
    mkdirSync(join(folder, 'source/data'), { recursive: true });
    writeFileSync(join(folder, 'source/data/a.ts'), 'one');
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
    rmSync(join(root, '.cache/built', name), { force: true });
  });

  /** Builds `source` into `output` when stale, and says what happened. */
  function build(work: string): string {
    const at = (path: string): string => JSON.stringify(relative(root, join(folder, path)));
    const script = `
      import { writeFileSync } from 'node:fs';
      import { whenStale } from './scripts/checkout.mjs';
      const output = ${at('output')};
      const options = { name: '${name}', inputs: [${at('source')}], outputs: [output] };
      const did = await whenStale(options, () => { ${work} }).catch((error) => error.message);
      console.log(String(did));`;
    return node('--input-type=module', '--eval', script).lastLine;
  }

  test('only what changed, went missing or was not finished', () => {
    const whole = `writeFileSync(output, 'built')`;
    expect(build(whole)).toBe('true');
    expect(build(whole)).toBe('false');

    writeFileSync(join(folder, 'source/data/a.ts'), 'two');
    expect(build(`process.exit(9)`)).toBe('');
    expect(build(whole)).toBe('true');
    expect(build(whole)).toBe('false');

    rmSync(join(folder, 'output'));
    expect(build(`throw new Error('half way')`)).toBe('half way');
    expect(build(`0`)).toContain('did not write');
    expect(build(whole)).toBe('true');

    writeFileSync(join(folder, 'source/data/a.test.ts'), 'a test is no input');
    expect(build(whole)).toBe('false');
  });
});
