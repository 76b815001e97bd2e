import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { startDisposable } from '../../server/kernel/embedded/disposable.ts';
import { dropDatabase, makeDatabase, mustBuild } from './own-database.ts';
import { fillTemplate } from './template.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** `name` is null where every test file builds its own database. */
    template: { adminUrl: string; name: string | null; folder: string };
  }
}

/**
 * Once per run: a database with the fixture world, from which every test file clones its own in a fraction of a
 * second. Uses TEST_DATABASE_URL (any PostgreSQL 15–18, superuser) or starts the bundled server in a temporary folder.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'smart-union-test-'));
  const given = process.env.TEST_DATABASE_URL;
  const embedded = given ? null : await startDisposable();
  const adminUrl = given ?? embedded!.url;
  const name = (await mustBuild(adminUrl))
    ? null
    : `su_template_${createHash('sha256').update(randomBytes(8)).digest('hex').slice(0, 10)}`;
  if (name !== null) {
    await makeDatabase(adminUrl, name);
    const world = await fillTemplate(adminUrl, name, folder);
    await writeFile(join(folder, 'world.json'), JSON.stringify(world));
  }
  project.provide('template', { adminUrl, name, folder });
  return async () => {
    if (name !== null) await dropDatabase(adminUrl, name);
    await embedded?.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
