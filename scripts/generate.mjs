// Writes what follows from contract and migrations: the client's route table, the OpenAPI document, the table types. `--check` only compares.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { tablesText } from './tables.mjs';

const root = new URL('..', import.meta.url);
const folder = await mkdtemp(join(tmpdir(), 'smart-union-generate-'));
try {
  const outfile = join(folder, 'generate.mjs');
  await build({
    entryPoints: [new URL('server/kernel/openapi.ts', root).pathname],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    logLevel: 'error',
  });
  const { clientRoutes, openApiDocument } = await import(pathToFileURL(outfile).href);
  const files = {
    'packages/api-client/routes.gen.ts': clientRoutes(),
    'server/kernel/tables.gen.ts': await tablesText(new URL('db/migrations', root).pathname),
    'docs/openapi.json': `${JSON.stringify(openApiDocument(), null, 1)}\n`,
  };
  let stale = 0;
  for (const [name, text] of Object.entries(files)) {
    const url = new URL(name, root);
    const before = await readFile(url, 'utf8').catch(() => null);
    if (before === text) continue;
    stale += 1;
    if (process.argv.includes('--check'))
      console.error(`stale: ${name} – run "npm run generate" and commit it`);
    else await writeFile(url, text);
  }
  if (stale && process.argv.includes('--check')) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
