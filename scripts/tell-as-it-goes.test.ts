import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

test('a failure and its reasons are told while the run goes on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'smart-union-told-'));
  try {
    // The second test passes only when somebody has read of the first one's failure before it ends.
    writeFileSync(
      join(folder, 'a.test.ts'),
      `import { existsSync } from 'node:fs';
       it('fails', () => { console.log('63012 requests so far'); expect({ plain: 1 }).toEqual({ plain: 2 }); });
       it('waits', () => vi.waitUntil(() => existsSync(${JSON.stringify(join(folder, 'heard'))}), 60_000));`,
    );
    writeFileSync(join(folder, 'b.test.ts'), `throw new Error('does not even load');`);
    const child = spawn(
      process.execPath,
      [
        join(root, 'node_modules/vitest/vitest.mjs'),
        'run',
        `--root=${folder}`,
        '--globals',
        '--test-timeout=120000',
        `--reporter=${join(root, 'scripts/tell-as-it-goes.mjs')}`,
      ],
      { cwd: root, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    let told = '';
    child.stdout.on('data', (chunk: Buffer) => {
      told += chunk.toString();
      if (/✗ .*a\.test\.ts > fails/.test(told)) writeFileSync(join(folder, 'heard'), '');
    });
    await new Promise((done) => child.on('close', done));
    expect(told).toContain('│ 63012 requests so far');
    expect(told).toMatch(/│ -\s+"plain": 2,/);
    expect(told).toMatch(/│ ✗ .*b\.test\.ts\n│ does not even load/);
    expect(told).not.toContain('> waits');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
