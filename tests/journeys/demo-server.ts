import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { compose } from '../../server/compose.ts';
import { loadDemo } from '../../server/demo/load-demo.ts';
import { migrateAll } from '../../server/federations.ts';
import { listFederations } from '../../server/kernel/app.ts';
import { readConfig } from '../../server/kernel/config.ts';
import { inSystemContext, type Ctx } from '../../server/kernel/context.ts';
import { databaseUrl, migrations, root } from '../database/template.ts';

export interface DemoServer {
  /** Where it listens: `http://127.0.0.1:port`. */
  base: string;
  /** Runs as the system in one transaction that sees everything. */
  db<T>(work: (ctx: Ctx) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** The demo federation as `npm start` loads it, on a database of its own and the real clock, with its jobs running. */
export async function startDemo(): Promise<DemoServer> {
  const { adminUrl, folder } = inject('template');
  const name = `su_demo_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  await admin.query(
    `create database ${name} template template0 encoding 'UTF8' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'`,
  );
  const url = databaseUrl(adminUrl, name);
  await migrateAll(url, migrations, new Date());
  const config = readConfig({
    DATA_DIR: join(folder, name),
    DEMO: '1',
    LOG_LEVEL: 'silent',
    POOL_SIZE: '10',
  });
  const server = await compose({ config, databaseUrl: url, root });
  await loadDemo(server.platform, { migrations, root });
  const [federation] = await listFederations(server.platform);
  await server.platform.jobs.start(server.platform);
  const base = await server.app.listen({ port: 0, host: '127.0.0.1' });
  return {
    base,
    db: (work) => inSystemContext(server.platform, federation!, '测试', work),
    close: async () => {
      await server.close();
      await admin.query(`drop database if exists ${name} with (force)`);
      await admin.end();
    },
  };
}
