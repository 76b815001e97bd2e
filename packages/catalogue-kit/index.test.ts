import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

it('needs nothing but itself: no zod, no Node, no Intl, no clock on the phone', async () => {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('index.ts', import.meta.url))],
    bundle: true,
    minify: true,
    metafile: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    charset: 'utf8',
  });
  const inputs = Object.keys(result.metafile.inputs);
  expect(inputs.filter((path) => !path.includes('packages/catalogue-kit/'))).toEqual([]);
  expect(inputs.length).toBeGreaterThan(30);
  const code = result.outputFiles[0]?.text ?? '';
  expect(code).toContain('起可再申请');
  expect(code).not.toMatch(/\bIntl\b|Date\.now|new Date\(\)|Math\.random|toLocale/);
  expect(code.length).toBeLessThan(60_000);
});
