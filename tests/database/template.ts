import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compose } from '../../server/compose.ts';
import { createFederation, migrateAll } from '../../server/federations.ts';
import { readConfig, type Config } from '../../server/kernel/config.ts';
import { inSystemContext } from '../../server/kernel/context.ts';
import { buildWorld, type World } from '../world/world.ts';

export const root = fileURLToPath(new URL('../..', import.meta.url));
export const migrations = join(root, 'db/migrations');

/** The instant at which the fixture world stands still: a Tuesday noon in Shanghai. */
export const worldNow = new Date('2026-11-24T04:00:00Z');

export const databaseUrl = (adminUrl: string, name: string) => {
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return url.href;
};

/** Settings of a test server. Keys of sealed values are the same for all, or clones of the template could not be read. */
export function testConfig(dataDir: string, changes: Partial<Config> = {}): Config {
  const config = readConfig({
    DATA_DIR: dataDir,
    DEMO: '0',
    LOG_LEVEL: 'silent',
    RATE_LIMIT: '0',
    // A crowded machine must not make a call fail that only came at a bad moment.
    BUSY_AFTER_MS: '0',
    POOL_SIZE: '10',
  });
  return { ...config, piiKeys: `1:${'7c'.repeat(32)}`, ...changes };
}

/** Migrates the template and writes the fixture world into federation `test`. */
export async function fillTemplate(adminUrl: string, name: string, folder: string): Promise<World> {
  const url = databaseUrl(adminUrl, name);
  await migrateAll(url, migrations, worldNow);
  const clock = { now: () => worldNow };
  const server = await compose({
    config: testConfig(join(folder, 'template')),
    databaseUrl: url,
    root,
    clock,
  });
  try {
    const federation = await createFederation(server.platform, migrations, {
      code: 'test',
      name: '泰州市总工会',
    });
    return await inSystemContext(server.platform, federation, '测试', buildWorld);
  } finally {
    await server.close();
  }
}
