// A PostgreSQL for a test or benchmark run.
import { pathToFileURL } from 'node:url';
import { bundle } from './build.mjs';
import { at, whenStale } from './checkout.mjs';

/**
 * The server TEST_DATABASE_URL names, or a disposable one of our own in a temporary folder.
 * @param options `durable: true` for figures: it then writes as the server of `npm start` does
 * @returns `{ url, stop }`; `url` is a superuser's
 */
export async function provideTestDatabase(options = {}) {
  if (process.env.TEST_DATABASE_URL)
    return { url: process.env.TEST_DATABASE_URL, stop: async () => undefined };
  const output = '.cache/embedded/disposable.mjs';
  await whenStale(
    { name: 'embedded', inputs: ['server/kernel/embedded', 'scripts/build.mjs'], outputs: [output] },
    () => bundle({ entryPoints: ['server/kernel/embedded/disposable.ts'], outfile: output }),
  );
  const { startDisposable } = await import(pathToFileURL(at(output)).href);
  return startDisposable(options);
}
