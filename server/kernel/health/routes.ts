import { join } from 'node:path';
import type { HttpHost } from '../http.ts';
import { readinessOf } from './readiness.ts';
import { mountSystem } from './system-routes.ts';

/**
 * `/healthz`: the process answers; restart it when it does not. `/readyz`: it can do its work; send it none while it
 * cannot. They differ on purpose: a server whose database is away must not be restarted over and over. Also the operator's
 * routes; `root` is the checkout's folder.
 */
export function mountHealth(host: HttpHost, root: string): void {
  const { app, platform } = host;
  const readiness = readinessOf(platform, join(root, 'db/migrations'));
  mountSystem(host, root, readiness);
  app.get('/healthz', async () => ({ ok: true }));
  app.get('/readyz', async (_request, reply) => {
    const failed = await readiness();
    const ready = failed.length === 0;
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ ready, failed });
  });
}
